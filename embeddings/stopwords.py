"""Function words of Italian and English, written without accents, as the analyser sees them."""

from __future__ import annotations

ITALIAN = frozenset(
    """
    a ad agli ai al alcun alcuna alcune alcuni alcuno alla alle allo altra altre altri altro ancora anche anzi appena
    assai attraverso avendo avente aventi aver avere avete aveva avevano avra avranno avrebbe avrebbero abbia abbiamo
    abbiano ha hai hanno ho avuto bensi bene che chi chiunque ci cio cioe circa coi col come comunque con contro cosi
    cosa cui da dagl dagli dai dal dall dalla dalle dallo de degl degli dei del dell della delle dello dentro di
    dopo dove dovra dovranno dovrebbe dovrebbero deve devono dunque durante e ed egli ella entrambe entrambi entro era
    erano essa esse essendo essere essi esso fa fanno fare fatta fatte fatti fatto fino fra fuori furono fosse fossero
    gia giu gli gliene grazie i il in infatti infine inoltre insieme intanto invece io la le lei li lo loro lui lungo
    ma mai me medesimo meno mentre mi mia mie miei mio molta molte molti molto ne neanche negl negli nei nel nell
    nella nelle nello nemmeno neppure nessun nessuna nessuno niente noi non nonche nostra nostre nostri nostro nulla o
    od ogni ognuna ognuno oltre oppure ora ormai ossia ovvero per perche percio perfino pero poca poche pochi poco poi
    poiche possono potra potranno potrebbe potrebbero presso prima proprio proprie propri propria puo pur pure qual
    quale quali qualche qualcosa qualcuno qualora qualsiasi qualunque quand quando quanta quante quanti quanto quasi
    quel quell quella quelle quelli quello quest questa queste questi questo qui quindi sara saranno sarebbe sarebbero
    se sebbene secondo sei senza si sia siamo siano siccome sin sino sono sopra soprattutto sotto sta stanno stata
    state stati stato stava stessa stesse stessi stesso su sua sue sugl sugli sui sul sull sulla sulle sullo suo suoi
    tale tali tanta tante tanti tanto te ti tra tramite troppo tu tua tue tuo tuoi tuttavia tutta tutte tutti tutto
    ulteriore ulteriori un una uno va vanno verso vi via viene vengono venga vengano voi vostra vostre vostri vostro
    mediante nonostante grande grandi ben tipo presente presenti circa quanto sempre solo sola soli sole soltanto
    """.split()  # noqa: SIM905 - a list of words reads best as text
)

ENGLISH = frozenset(
    """
    a about above according across after again against ago all almost along already also although always am among an
    and another any anybody anyone anything are aren around as at away back be became because become becomes been
    before behind being below besides between both but by can cannot come could couldn did didn do does doesn doing
    don done down due during each either else enough etc even ever every everyone everything except few for from
    further get gets getting give given go goes going got had hadn has hasn have haven having he hence her here hers
    herself him himself his how however if in indeed instead into is isn it its itself just keep kept least less let
    like ll made mainly make makes making many may me might mine more moreover most much must my myself namely near
    neither never nevertheless next no nobody none nor not nothing now nowhere of off often on once one ones only onto
    or other others otherwise our ours ourselves out over own per perhaps quite rather re really regarding said same
    say see seem seems several shall she should since so some somebody someone something sometimes still such than
    that the their theirs them themselves then there therefore these they this those though through throughout thus
    till to together too toward towards under until up upon us use used uses using usually various ve very via was we
    well were what whatever when whenever where whereas whether which while who whoever whole whom whose why will with
    within without won would yes yet you your yours yourself
    """.split()  # noqa: SIM905 - a list of words reads best as text
)

STOP_WORDS = {"it": ITALIAN, "en": ENGLISH}
