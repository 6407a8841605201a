import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import SourceError
from data.sources.een_xml import read_pod_xml
from data.sources.fields import Reading
from data.sources.records import parse_proposal
from tests.data.sources.factories import only_member, pod, pod_profile, values_of

FULL = """
  <cooperation>
    <exploitation><list>License agreement</list><list>Joint venture agreement</list></exploitation>
    <ipr><status>Patent(s) granted</status><comment>EP only</comment></ipr>
    <partner><area>Knows optics</area><sought>A company</sought><task>Test it</task></partner>
    <plusvalue>Twice as fast</plusvalue><stagedev><stage>Already on the market</stage><comment/></stagedev>
  </cooperation>
  <keyword>
    <technologies><technology><key>1001001</key><label>Automation</label></technology></technologies>
    <markets><market><key>8003</key></market><market><key>9007</key></market></markets>
    <naces><nace><key>C.28</key><label>Machinery, other</label></nace></naces>
  </keyword>
  <files><profileFile><name>a.pdf</name><data>QUJD</data></profileFile></files>"""


def read(path: Path, text: str | bytes) -> list[dict[str, object]]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return values_of(read_pod_xml(only_member(path), str(path)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "profiles.xml"


def test_all_fields_of_a_profile_are_read(file: Path) -> None:
    [values] = read(file, pod(pod_profile(more=FULL)))
    record = parse_proposal(values, Reading(lenient=True))
    assert (record.reference, record.kind, record.country, record.source) == ("TODE20260101001", "TO", "DE", "een")
    assert (record.title, record.summary, record.description) == ("Sensors for greenhouses", "Short text", "Long text")
    assert (record.advantages, record.expertise_sought) == ("Twice as fast", "Knows optics")
    assert record.partner_role == "A company\n\nTest it"
    assert (record.stage, record.ipr, record.ipr_notes) == ("Already on the market", "IPR granted", "EP only")
    assert record.partnership_types == ["Commercial agreement with technical assistance", "Investment agreement"]
    assert (record.technology_keywords, record.market_keywords) == (["1001001"], ["8003", "9007"])
    assert record.keywords == ["Machinery, other"]
    assert (str(record.published), str(record.expires)) == ("2026-01-01", "2027-01-01")
    assert record.state == "published"


def test_the_published_sample_is_read(real_data: Path) -> None:
    path = real_data / "een" / "een-v6-sample.xml"
    [values] = values_of(read_pod_xml(only_member(path), str(path)))
    assert parse_proposal(values, Reading(lenient=True)).reference == "BOCN20160720001"


def test_a_profile_may_be_the_root_and_names_may_have_a_namespace(file: Path) -> None:
    assert [row["reference"] for row in read(file, pod_profile(7).strip())] == ["TODE20260101007"]
    text = pod(pod_profile(8)).replace("<pod>", '<pod xmlns="urn:example">')
    assert [row["reference"] for row in read(file, text)] == ["TODE20260101008"]


def test_positions_name_profile_and_line(file: Path) -> None:
    file.write_text(pod(pod_profile(1), pod_profile(2)))
    positions = [item.position for item in read_pod_xml(only_member(file), "f")]
    assert positions == ["profile 1, line 3", "profile 2, line 8"]


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE pod [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE pod SYSTEM "http://127.0.0.1:1/evil.dtd">',
        '<!-- a comment --><?pi x?>\n<!DOCTYPE pod [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_documents_with_a_document_type_are_refused_unread(file: Path, head: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{head}<pod>{pod_profile(title="&x;")}</pod>'
    with pytest.raises(SourceError, match="declares a document type"):
        read(file, text.encode(encoding))


def test_a_document_type_behind_much_comment_is_refused_too(file: Path) -> None:
    text = f"<!--{'x' * 100_000}--><!DOCTYPE pod [<!ENTITY x 'y'>]>{pod(pod_profile(), declaration='')}"
    with pytest.raises(SourceError, match="no element within"):
        read(file, text)


def test_billion_laughs_in_a_late_place_are_no_entities(file: Path) -> None:
    with pytest.raises(SourceError, match="not well-formed"):
        read(file, pod(pod_profile(title="&lol9;")))


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("UTF-8", "utf-8"),
        ("ISO-8859-1", "utf-8"),
        ("UTF-8", "cp1252"),
        ("ISO-8859-1", "cp1252"),
        ("UTF-16", "utf-8"),
        ("UTF-16", "utf-16"),
        ("utf-16", "utf-16-le"),
        ("x-unknown", "utf-8"),
    ],
)
def test_a_wrongly_declared_encoding_does_not_matter(file: Path, declared: str, written: str) -> None:
    text = pod(pod_profile(title="Università – qualità"), declaration=f'<?xml version="1.0" encoding="{declared}"?>')
    [values] = read(file, text.encode(written))
    assert values["title"] == "Università – qualità"


@pytest.mark.parametrize("declared", ["rot13", "idna", "undefined", "base64", "x-unknown"])
def test_a_declared_encoding_that_is_none_of_texts_does_not_matter(file: Path, declared: str) -> None:
    text = pod(pod_profile(title="Qualità"), declaration=f'<?xml version="1.0" encoding="{declared}"?>')
    [values] = read(file, text.encode("cp1252"))
    assert values["title"] == "Qualità"


def test_a_rightly_declared_eastern_encoding_is_kept(file: Path) -> None:
    text = pod(pod_profile(title="Łódź"), declaration='<?xml version="1.0" encoding="ISO-8859-2"?>')
    [values] = read(file, text.encode("iso-8859-2"))
    assert values["title"] == "Łódź"


def test_html_names_and_forbidden_characters_do_not_break_the_document(file: Path) -> None:
    title = "qualit&agrave;&nbsp;&#11;&#x1;alta\x0b &amp; &lt;b&gt;bene&lt;/b&gt;"
    [values] = read(file, pod(pod_profile(title=title)))
    record = parse_proposal(values, Reading(lenient=True))
    assert record.title == "qualità alta & bene"


def test_references_cut_by_the_reading_in_pieces_stay_whole(file: Path) -> None:
    title = "&egrave;" * 40_000
    [values] = read(file, pod(pod_profile(title=title)))
    assert values["title"] == "è" * 40_000


@pytest.mark.parametrize("broken", ["<pod><profile></pod>", "<pod>" + pod_profile()])
def test_broken_documents_are_errors_with_their_line(file: Path, broken: str) -> None:
    with pytest.raises(SourceError, match=r"profiles\.xml.*not well-formed.*line \d"):
        read(file, broken)


def test_a_profile_of_endless_size_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.sources.een_xml.MAX_PROFILE", 200_000)
    with pytest.raises(SourceError, match="larger than 200000"):
        read(file, pod(pod_profile(more="<x/>" * 200_000)))


def test_large_attachments_are_read_over(file: Path) -> None:
    more = f"<files><profileFile><data>{'QUJD' * 3_000_000}</data></profileFile></files>"
    assert len(read(file, pod(pod_profile(1, more=more), pod_profile(2)))) == 2


MEASURE = """
import resource, sys
from pathlib import Path
from data.sources.een_xml import read_pod_xml
from tests.data.sources.factories import only_member
count = 0
for row in read_pod_xml(only_member(Path(sys.argv[1])), "f"):
    count += 1
    if count == 500:
        early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - early)
"""


def test_a_large_file_takes_no_more_memory_than_its_beginning(file: Path) -> None:
    """A process of its own, since memory that lxml takes is seen by the system only."""
    profile = pod_profile(title="Large", more=f"<cooperation><plusvalue>{'benefit ' * 300}</plusvalue></cooperation>")
    with file.open("w") as out:
        out.write("<pod>")
        for _ in range(8_000):
            out.write(profile)
        out.write("</pod>")
    assert file.stat().st_size > 20e6
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(file)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    count, grown = map(int, done.stdout.split())
    unit = 1024 if sys.platform != "darwin" else 1
    assert count == 8_000
    assert grown * unit < 8e6
