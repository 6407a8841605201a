"""The night's report: a JSON file for machines, and a text in each language for people."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.learning import learning_lines

if TYPE_CHECKING:
    from jobs.nightly import NightReport

LANGUAGES = ("it", "en")
_KEPT = 90
_SHOWN = 50
_TEXTS: dict[str, dict[str, str]] = {
    "it": {
        "title": "Abbina, lavoro notturno del {started}",
        "done": "Concluso alle {finished}.",
        "rows": "Concluso alle {finished}; {rejected} righe non sono state accettate (elenco in fondo).",
        "failed": "NON concluso: passo «{step}». {error}",
        "mend": "Correggere la causa e lanciare di nuovo `abbina nightly`: riprende da dove serve. "
        "Intanto le pagine continuano con l'indice precedente.",
        "interrupted": "Una notte precedente era stata interrotta; questa l'ha completata.",
        "import": "Importazione: {read} righe lette; {added} nuove, {updated} aggiornate, {closed} chiuse, "
        "{unchanged} invariate, {rejected} rifiutate",
        "nothing": "Importazione: nessuna cartella o servizio impostato, oppure nulla da leggere",
        "file": "  {file}: {read} lette, {added} nuove, {updated} aggiornate, {closed} chiuse, {rejected} rifiutate",
        "expire": "Scadenze: {expired} proposte scadute",
        "tagging": "Temi e competenze: {learnt} ({decided} decisioni, {declared} codici dichiarati)",
        "index": "Indice: {organisations} organizzazioni e {proposals} proposte nella generazione {generation}; "
        "{changed} cambiate, {retagged} rilette",
        "suggestions": "Suggerimenti: ricalcolati per {recomputed} proposte su {proposals}; "
        "{dropped} tolti da proposte chiuse",
        "searches": "Ricerche salvate: {searches} esaminate, {hits} nuovi candidati per {successful} di esse; "
        "{ended} finite con la loro proposta; {lists} elenchi seguiti, {new_in_lists} novità",
        "digest": "Messaggi: {letters} scritti con {notifications} notifiche, {left_out} notifiche non volute, "
        "{failed} account non riusciti",
        "deliver": "Posta: {sent} messaggi inviati, {later} rinviati, {failed} respinti, {uncertain} di esito incerto",
        "retention": "Conservazione: tolti {unconfirmed_accounts} account mai confermati, {invitations} inviti, "
        "{letters} messaggi, {notifications} notifiche, moduli di {interests} manifestazioni, {attachments} allegati",
        "rejected": "Righe non accettate (prime {shown} di {rejected}):",
    },
    "en": {
        "title": "Abbina, night of {started}",
        "done": "Done at {finished}.",
        "rows": "Done at {finished}; {rejected} rows were not taken (listed below).",
        "failed": "NOT done: step “{step}”. {error}",
        "mend": "Mend the cause and run `abbina nightly` again: it goes on where needed. "
        "Meanwhile the pages go on with the earlier index.",
        "interrupted": "An earlier night had been interrupted; this one completed it.",
        "import": "Import: {read} rows read; {added} new, {updated} updated, {closed} closed, {unchanged} unchanged, "
        "{rejected} rejected",
        "nothing": "Import: no folder or service is set, or there is nothing to read",
        "file": "  {file}: {read} read, {added} new, {updated} updated, {closed} closed, {rejected} rejected",
        "expire": "Expiry: {expired} proposals have expired",
        "tagging": "Themes and competences: {learnt} ({decided} decisions, {declared} declared codes)",
        "index": "Index: {organisations} organisations and {proposals} proposals in generation {generation}; "
        "{changed} changed, {retagged} read again",
        "suggestions": "Suggestions: recomputed for {recomputed} of {proposals} proposals; "
        "{dropped} removed from closed ones",
        "searches": "Saved searches: {searches} looked at, {hits} new candidates for {successful} of them; "
        "{ended} ended with their proposal; {lists} followed lists, {new_in_lists} new entries",
        "digest": "Letters: {letters} written with {notifications} notifications, {left_out} notifications not wanted, "
        "{failed} accounts failed",
        "deliver": "Mail: {sent} letters sent, {later} put off, {failed} refused, {uncertain} of unknown fate",
        "retention": "Retention: {unconfirmed_accounts} accounts never confirmed, {invitations} invitations, "
        "{letters} letters, {notifications} notifications, forms of {interests} expressions, {attachments} files gone",
        "rejected": "Rows that were not taken (the first {shown} of {rejected}):",
    },
}

_OUTCOMES: dict[str, dict[str, str]] = {
    "it": {
        "learnt": "imparato da quanto dichiarato e deciso",
        "not_due": "nulla di nuovo da imparare",
        "worse": "quanto imparato avrebbe peggiorato testi noti: lasciato com'era",
    },
    "en": {
        "learnt": "learnt from what was declared and decided",
        "not_due": "nothing new to learn",
        "worse": "what was learnt would have made known texts worse: left as it was",
    },
}


def write_report(report: NightReport, folder: Path) -> list[Path]:
    """Write `night-<start>.json` and a text in each language into `folder`; remove all but the latest 90 nights'."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"night-{report.started_at:%Y%m%dT%H%M%S}Z"
    files = [_write(folder / f"{name}.json", json.dumps(as_json(report), ensure_ascii=False, indent=2))]
    for language in LANGUAGES:
        files.append(_write(folder / f"{name}.{language}.txt", "\n".join(lines(report, language))))
    for old in sorted(folder.glob("night-*.json"))[:-_KEPT]:
        for file in folder.glob(f"{old.stem}.*"):
            file.unlink(missing_ok=True)
    return files


def _write(path: Path, text: str) -> Path:
    aside = path.with_name(f"{path.name}.{os.getpid()}.new")
    aside.write_text(f"{text}\n", encoding="utf-8")
    return aside.replace(path)


def as_json(report: NightReport) -> dict[str, Any]:
    """The report as JSON-able values."""
    moments = {"started_at": report.started_at.isoformat(timespec="seconds"), "finished_at": None}
    if report.finished_at is not None:
        moments["finished_at"] = report.finished_at.isoformat(timespec="seconds")
    return asdict(report) | moments


def lines(report: NightReport, language: str) -> Iterator[str]:
    """The report as people read it."""
    texts = _TEXTS[language]
    finished = f"{report.finished_at:%H:%M:%S} UTC" if report.finished_at else "…"
    yield texts["title"].format(started=f"{report.started_at:%Y-%m-%d %H:%M} UTC")
    if report.error is not None:
        yield texts["failed"].format(step=report.failed_step, error=report.error)
        yield texts["mend"]
    else:
        ending = texts["rows"] if report.rejected_rows else texts["done"]
        yield ending.format(finished=finished, rejected=report.rejected_rows)
    if report.interrupted_runs:
        yield texts["interrupted"]
    yield ""
    for step, found in report.steps.items():
        yield from step_lines(step, found, language)
    if report.rejected:
        shown = report.rejected[:_SHOWN]
        yield ""
        yield texts["rejected"].format(shown=len(shown), rejected=report.rejected_rows)
        for row in shown:
            what = f" {row['field']}:" if row["field"] else ""
            yield f"  {row['file']}, {row['position']}:{what} {row['reason']}"


def step_lines(step: str, found: dict[str, Any], language: str) -> Iterator[str]:
    """One step as people read it; nothing of the report's own writing."""
    texts = _TEXTS[language]
    if step == "learn":
        yield from learning_lines(found, language)
        return
    if step not in texts:
        return
    if step == "import" and not found["files"]:
        yield texts["nothing"]
        return
    yield texts[step].format(**found, learnt=_OUTCOMES[language].get(found.get("outcome", ""), ""))
    for file in found.get("files", ()):
        yield texts["file"].format(**file)
