"""Evidence: what is sealed cannot be changed without being named."""

import io
import json
import random
import subprocess
import sys
import zipfile
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from evidence_helpers import BEGIN, World, busy_world, consent, erasure, message, salt_of
from hypothesis import given
from hypothesis import strategies as st

from core.evidence import seal
from core.evidence.erased import ERASED, TECHNICAL, WORD, among, is_mark
from core.evidence.pack import pack, program
from core.evidence.proof import FACTS, SEALS, canonical, digest_of, hash_of, root_of, sha256
from core.evidence.source import Source
from core.evidence.verify import Check, main
from core.evidence.words import WORDS

LIMA = timezone(timedelta(hours=-5))


def check(path, **known):
    run = Check(Source(path), "en")
    run.run(**known)
    return run


def found(path):
    """The findings as one text each, without the line numbers."""
    return {(what.split(" (")[0], text) for what, text in check(path).findings}


@pytest.fixture
def world():
    return busy_world()


# === canonical form ===


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (BEGIN, '"2026-11-25T15:00:00Z"'),
        (datetime(2026, 11, 25, 10, 0, 0, 5, LIMA), '"2026-11-25T15:00:00.000005Z"'),
        (date(2026, 11, 25), '"2026-11-25"'),
        (118.0, '"118"'),
        (0.1 + 0.2, '"0.30000000000000004"'),
        (Decimal("118.50"), '"118.5"'),
        (-0.0, '"0"'),
        (1e21, '"1000000000000000000000"'),
        (True, "true"),
        (None, "null"),
        ({"b": [1, "ñ"], "a": {"c": None}}, '{"a":{"c":null},"b":[1,"ñ"]}'),
        ('"\\\n\x07', '"\\"\\\\\\n\\u0007"'),
    ],
)
def test_a_value_is_written_in_one_way(value, written):
    assert canonical(seal.plain(value)).decode() == written


def test_what_cannot_be_sealed_is_refused():
    with pytest.raises(TypeError):
        seal.plain(object())
    with pytest.raises(ValueError):
        canonical(float("nan"))


@given(st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=70))
def test_every_path_of_a_tree_leads_to_its_root_and_no_other_does(contents):
    digests = [sha256(content) for content in contents]
    root, paths = seal.tree_of(digests)
    for index, (digest, path) in enumerate(zip(digests, paths, strict=True)):
        assert root_of(digest, index, len(digests), path) == root
        assert root_of(sha256(b"another fact"), index, len(digests), path) != root
        assert root_of(digest, index, len(digests), [*path, digest]) != root
        assert root_of(digest, len(digests), len(digests), path) == ""


def test_the_tree_is_that_of_the_standard():
    # RFC 9162, 2.1.3: the paths of seven leaves
    digests = [sha256(bytes([n])) for n in range(7)]
    _root, paths = seal.tree_of(digests)
    assert [len(path) for path in paths] == [3, 3, 3, 3, 3, 3, 2]


# === intact ===


def test_an_intact_file_says_so(world, tmp_path, capsys):
    assert main([str(world.file(tmp_path))], "en") == 0
    said = capsys.readouterr().out
    assert "Nothing was changed. 17 facts of 5 records, in 4 seals" in said
    assert f"Last seal of chain 1: 1:3:{world.seals[-1]['hash']}" in said


def test_the_unpacked_folder_is_as_good(world, tmp_path):
    zipfile.ZipFile(world.file(tmp_path)).extractall(tmp_path / "out")
    assert not check(tmp_path / "out").findings


def test_the_file_carries_a_verifier_that_needs_nothing(world, tmp_path):
    path = world.file(tmp_path)
    with zipfile.ZipFile(path) as archive:
        archive.extract("verify.py", tmp_path)
    words = [sys.executable, "-I", str(tmp_path / "verify.py"), str(path), "--lang", "es"]
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nada fue cambiado. 17 hechos de 5 registros" in done.stdout
    assert "from ." not in program()


def test_each_language_says_the_same_things():
    for lang, words in WORDS.items():
        assert set(words) == set(WORDS["en"]), lang
        for key, sentence in words.items():
            names = [part.split("}")[0] for part in sentence.split("{")[1:]]
            english = [part.split("}")[0] for part in WORDS["en"][key].split("{")[1:]]
            assert sorted(names) == sorted(english), (lang, key)


# === tampering ===


def changed(line, **fields):
    return {**line, "fields": {**line["fields"], **fields}}


def rewrite(world, tmp_path, alter):
    """A file whose lines were altered by somebody who also wrote the manifest anew."""
    lines = [dict(line) for line in world.lines()]
    return world.file(tmp_path, lines=alter(lines))


def place_of(lines, name):
    return next(index for index, line in enumerate(lines) if line["fact"] == name)


def test_a_changed_field_is_named_with_its_record(world, tmp_path):
    for index, line in enumerate(world.lines()):
        for name in line["fields"]:

            def alter(lines, index=index, name=name):
                lines[index] = changed(lines[index], **{name: "forged"})
                return lines

            record = "/".join(line["fact"].split("/")[:2])
            expected = (record, f"“{name}” is not what was sealed")
            assert expected in found(rewrite(world, tmp_path, alter)), (line["fact"], name)


def test_two_swapped_texts_are_both_named(world, tmp_path):
    def alter(lines):
        one = place_of(lines, "dunning.message/1/attempt/1")
        two = place_of(lines, "dunning.message/2/attempt/1")
        first, second = lines[one]["fields"]["body"], lines[two]["fields"]["body"]
        lines[one], lines[two] = (
            changed(lines[one], body=second),
            changed(lines[two], body=first),
        )
        return lines

    names = {what for what, _text in found(rewrite(world, tmp_path, alter))}
    assert names == {"dunning.message/1", "dunning.message/2"}


def test_swapped_lines_are_named(world, tmp_path):
    def alter(lines):
        lines[3], lines[4] = lines[4], lines[3]
        return lines

    assert ("dunning.message/1", "it stands in another place than it was made in") in found(
        rewrite(world, tmp_path, alter)
    )


def test_a_removed_fact_is_missed_by_its_number(world, tmp_path):
    def alter(lines):
        del lines[place_of(lines, "dunning.message/2/attempt/1")]
        return lines

    assert found(rewrite(world, tmp_path, alter)) == {
        ("partner 12, chain 1", "fact number 5 is missing")
    }


def test_a_fact_without_a_seal_of_its_own_is_named(world, tmp_path):
    def alter(lines):
        line = dict(lines[place_of(lines, "dunning.message/3/attempt/1")])
        forged = seal.entry_of(
            seal.Fact("dunning.message/9/attempt/1", 12, line["at"], {"body": "forged"}),
            "1",
            13,
            salt_of(99),
        )
        line.update(forged, fields={"body": "forged"})
        line.pop("digest")
        place = place_of(lines, "dunning.message/3/state/1") + 1
        return [*lines[:place], line, *lines[place:]]

    assert ("dunning.message/9", "it is not what seal 2 holds") in found(
        rewrite(world, tmp_path, alter)
    )


def test_a_fact_that_was_put_back_in_time_is_named(world, tmp_path):
    backdated = seal.Fact("dunning.consent/2", 12, seal.plain(BEGIN - timedelta(days=90)), {"a": 1})
    world.seal([backdated], chain="0", at=BEGIN + timedelta(days=9))
    (what, text), *others = found(world.file(tmp_path))
    assert not others
    assert what == "dunning.consent/2"
    assert "but was sealed only after all facts up to 2026-11-23T16:00:00Z were" in text


def test_a_chain_that_was_made_anew_does_not_fit_an_older_copy(world, tmp_path, capsys):
    old = world.file(tmp_path, "old.zip")
    forged = World()
    forged.seal([consent(1)], chain="0")
    forged.seal(message(1))
    forged.seal(message(3), at=BEGIN + timedelta(hours=2))
    forged.seal(message(4, partner=34), at=BEGIN + timedelta(hours=3))
    new = forged.file(tmp_path, "new.zip")
    assert main([str(new)], "en") == 0, "alone it looks well"
    assert main([str(new), "--against", str(old)], "en") == 1
    assert "chain 1: seal 3 is not the one that is known from elsewhere" in capsys.readouterr().out
    head = f"1:3:{world.seals[-1]['hash']}"
    assert main([str(old), "--head", head], "en") == 0
    assert main([str(new), "--head", head], "en") == 1
    assert main([str(new), "--head", "seal three"], "en") == 2


def test_a_chain_with_a_changed_or_missing_seal_is_named(world, tmp_path):
    changed_seal = [dict(one) for one in world.seals]
    changed_seal[1]["sealed_at"] = "2026-11-20T00:00:00Z"
    assert ("chain 1", "seal 1 was changed") in found(world.file(tmp_path, seals=changed_seal))
    changed_seal[1]["hash"] = hash_of(changed_seal[1])
    assert ("chain 1", "seal 2 does not follow the one before it") in found(
        world.file(tmp_path, seals=changed_seal)
    )
    gone = [*world.seals[:2], *world.seals[3:]]
    assert {
        ("chain 1", "seal 3 does not follow the one before it"),
        ("dunning.message/3", "the seal that holds it, number 2, is not in the file"),
    } == found(world.file(tmp_path, seals=gone))


def test_another_document_is_named_with_its_record(world, tmp_path):
    members = {**world.members(), "attachments/contract.pdf": b"another"}
    path = tmp_path / "file.zip"
    path.write_bytes(pack(members, world.manifest()))
    assert found(path) == {
        (
            "dunning.consent/1",
            "its document attachments/contract.pdf is not the one that was sealed",
        )
    }


def test_files_for_reading_are_held_by_the_manifest(world, tmp_path):
    source = zipfile.ZipFile(world.file(tmp_path))
    for name in ("messages.csv", "verify.py"):
        path = tmp_path / "changed.zip"
        with zipfile.ZipFile(path, "w") as target:
            for info in source.infolist():
                data = source.read(info)
                target.writestr(info.filename, data + b"x" if info.filename == name else data)
            target.writestr("extra.txt", "more")
        assert found(path) == {(name, "it is not as it was made"), ("extra.txt", "it was added")}


# === withheld, erased, superseded ===


def closed(line, names, key):
    kept = {name: value for name, value in line["fields"].items() if name not in names}
    opened = {k: v for k, v in line.items() if k != "salt"}
    return {**opened, "fields": kept, key: sorted(names), **seal.open_salts(line, names)}


def test_masked_and_erased_fields_leave_the_seal_whole(world, tmp_path, capsys):
    world.seal([erasure(9, {3}, {"body", "number"})], chain="0", at=BEGIN + timedelta(days=10))
    lines = list(world.lines())
    one = place_of(lines, "dunning.message/1/attempt/1")
    three = place_of(lines, "dunning.message/3/attempt/1")
    lines[one] = closed(lines[one], {"number"}, "withheld")
    lines[three] = closed(lines[three], {"body", "number"}, "erased")
    assert main([str(world.file(tmp_path, lines=lines))], "en") == 0
    said = capsys.readouterr().out
    assert "3 field(s) are withheld or erased" in said
    assert (
        "Personal content of 1 record(s) was erased on 2026-12-04T15:00:00Z by user 2: Request 7. "
        "Allowed by: Ley 19.496 art. 37."
    ) in said
    assert "+51987654321" not in canonical(lines[one]).decode()
    # what is left can still not be changed, and nothing can be closed silently
    lines[one] = changed(lines[one], body="forged")
    del lines[place_of(lines, "dunning.message/4/attempt/1")]["fields"]["body"]
    assert found(world.file(tmp_path, lines=lines)) == {
        ("dunning.message/1", "“body” is not what was sealed"),
        ("dunning.message/4", "“body” is missing"),
    }


@pytest.mark.parametrize(
    "erased", [{1: {"body"}}, {3: {"number"}}, {}], ids=["of another", "of less", "of nothing"]
)
def test_content_that_no_sealed_erasure_names_is_not_said_to_be_erased(world, tmp_path, erased):
    for number, names in erased.items():
        log = erasure(9, {number}, names)
        world.seal([log], chain="0", at=BEGIN + timedelta(days=10))
    lines = list(world.lines())
    three = place_of(lines, "dunning.message/3/attempt/1")
    lines[three] = closed(lines[three], {"body"}, "erased")
    # one that is only written into the file proves nothing
    forged = erasure(10, {3}, {"body"})
    place = {"chain": "0", "partner": 12, "nth": None, "seal": None, "leaves": {}}
    lines.append({"fact": forged.name, "at": forged.at, "fields": forged.fields, **place})
    assert found(world.file(tmp_path, lines=lines)) == {
        (
            "dunning.message/3",
            "“body” is said to be erased, but no erasure that was recorded names it",
        )
    }


def test_a_raw_payload_may_go_without_a_record_of_its_own():
    assert among({"data.raw", "data.text", "key"}, {"key", "data.*"}) == {
        "data.raw",
        "data.text",
        "key",
    }
    assert {"data.raw"} == TECHNICAL
    assert [is_mark(value) for value in (None, "", WORD, "erased:ab", ERASED, {})] == [True] * 6
    assert not any(is_mark(value) for value in ("Hola", 1, {"erased": False}, ["a"]))


def test_a_salt_that_is_closed_cannot_be_used_to_guess_a_number(world):
    line = next(line for line in world.lines() if "number" in line["fields"])
    salts = seal.open_salts(line, {"number"})
    assert "number" not in salts["salts"]
    assert line["salt"] not in json.dumps(salts)
    # what was opened once can be closed further
    again = seal.open_salts({**line, **salts}, {"body"})
    assert set(again["salts"]) == {"amount"}


def test_a_state_may_be_replaced_by_the_next_step_only(tmp_path):
    world = World()
    world.seal(message(1, steps=("sent",)))
    name = "dunning.message/1"
    at = seal.plain(BEGIN + timedelta(hours=2))
    step = {"at": at, "state": "read", "note": None}
    world.seal([seal.Fact(f"{name}/history/1", 12, at, step)], at=BEGIN + timedelta(hours=3))
    lines = list(world.lines())
    state = place_of(lines, f"{name}/state/0")
    gone = {k: v for k, v in lines[state].items() if k != "salt"}
    lines[state] = {**gone, "fields": {}, "salts": {}, "superseded": True}
    assert not found(world.file(tmp_path, lines=lines))
    said = place_of(lines, f"{name}/attempt/1")
    gone = {k: v for k, v in lines[said].items() if k != "salt"}
    lines[said] = {**gone, "fields": {}, "salts": {}, "superseded": True}
    assert found(world.file(tmp_path, lines=lines)) == {
        (name, "its content is missing, though nothing came after it")
    }


def test_differences_names_the_fields_that_a_record_does_not_bear_out(world):
    entry = world.entries[1]
    fields = world.content[entry["fact"]]
    assert seal.differences(entry, fields) == []
    assert seal.differences(entry, {**fields, "body": "forged"}) == ["body"]
    rest = {k: v for k, v in fields.items() if k != "body"}
    assert seal.differences(entry, rest) == ["body"]
    erased = {**entry, "salt": None, **seal.open_salts(entry, {"body"})}
    assert seal.differences(erased, rest) == []
    assert seal.differences(erased, {**rest, "amount": "1"}) == ["amount"]


def test_unsealed_facts_are_counted_and_not_believed(world, tmp_path, capsys):
    lines = list(world.lines())
    fact = {"fact": "dunning.message/7/attempt/1", "fields": {"body": "Hola"}, "seal": None}
    lines.append({**fact, "chain": "1", "partner": 12, "nth": None})
    assert main([str(world.file(tmp_path, lines=lines))], "en") == 0
    assert "1 fact(s) were not sealed yet" in capsys.readouterr().out


# === damage ===


def test_any_one_changed_byte_of_a_fact_names_its_record(world, tmp_path):
    raw = world.file(tmp_path).read_bytes()
    generator = random.Random(5)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        lines = archive.read(FACTS).split(b"\n")
    begin = raw.index(lines[0])
    path = tmp_path / "damaged.zip"
    where = begin
    for line in lines[:-1]:
        record = "/".join(json.loads(line)["fact"].split("/")[:2])
        name = line.index(b'"fact":')
        for place in generator.sample(range(len(line)), 25):
            if name <= place < name + len(record) + 40:
                continue  # the name itself
            data = bytearray(raw)
            data[where + place] ^= generator.choice([1, 2, 4, 8, 16, 32])
            path.write_bytes(data)
            assert any(what.startswith(record) for what, _text in check(path).findings), (
                record,
                place,
                line[max(0, place - 20) : place + 20],
            )
        where += len(line) + 1


def test_no_changed_byte_anywhere_is_overlooked_or_ends_in_a_fault(world, tmp_path, capsys):
    raw = world.file(tmp_path).read_bytes()
    generator = random.Random(7)
    path = tmp_path / "damaged.zip"
    ends = []
    for place in [
        *range(0, 40),
        *range(len(raw) - 120, len(raw)),
        *generator.sample(range(len(raw)), 700),
    ]:
        data = bytearray(raw)
        data[place] ^= 1 << generator.randrange(8)
        path.write_bytes(data)
        ends.append(main([str(path)], "en"))
        assert ends[-1] in (1, 2), place
    assert ends.count(1) > 0.9 * len(ends)
    capsys.readouterr()


@pytest.mark.parametrize("keep", [0, 1, 30, 500, 5000])
def test_a_torn_file_ends_in_a_plain_sentence(world, tmp_path, capsys, keep):
    path = tmp_path / "torn.zip"
    path.write_bytes(world.file(tmp_path).read_bytes()[:keep])
    assert main([str(path)], "en") == 2
    assert capsys.readouterr().err == f"{path} is no evidence file: it is not a ZIP archive.\n"


def test_other_files_are_refused_in_a_plain_sentence(tmp_path, capsys):
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert main([str(other)], "en") == 2
    assert main([str(tmp_path / "none.zip")], "es") == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0].endswith("it holds neither facts.jsonl nor seals.jsonl.")
    assert said[1].endswith("no existe tal archivo.")


def test_hostile_lines_are_findings_and_not_faults(world, tmp_path):
    hostile = [
        {},
        [],
        {"fact": 3},
        {"fact": "a/b", "seal": "1", "chain": [], "leaves": 1},
        {"fact": "a/b", "seal": 1, "chain": "1", "leaves": {"x": {}}, "fields": [], "path": ["zz"]},
        {"fact": "a/b", "seal": None, "files": {"x": "y"}, "fields": {}},
        {"chain": "1", "number": "x", "hash": 3},
    ]
    for one in hostile:
        raw = b"\n".join([canonical(one), b"\xff\xfe", b"[" * 5000])
        for name in (FACTS, SEALS):
            members = world.members()
            path = tmp_path / "hostile.zip"
            path.write_bytes(pack({**members, name: members[name] + raw}, world.manifest()))
            assert check(path).findings, one


def test_the_digest_holds_the_place_as_well_as_the_content(world):
    entry = world.entries[0]
    for key, value in (("partner", 13), ("nth", 2), ("chain", "2"), ("at", "x"), ("fact", "y")):
        assert digest_of({**entry, key: value}) != entry["digest"]
