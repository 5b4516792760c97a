"""The report of a connection test says what is wrong in words that an accountant understands."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from core.whatsapp import checkup
from core.whatsapp.checkup import Finding, SetUp, Sign
from core.whatsapp.errors import Action, ApiError
from core.whatsapp.health import Health, NumberFacts, Problem

TODAY = date(2026, 11, 25)
GOOD = SetUp(
    mode="live",
    token=True,
    app_secret=True,
    verify_token=True,
    confirmed=True,
    neutralized=False,
    version="v25.0",
    callback="https://odoo.example.com/dunning/whatsapp/key",
    last_webhook="2026-11-25 10:00",
    today=TODAY,
)
NUMBER = NumberFacts(
    "+51 900 000 000", "Andina", "GREEN", "CONNECTED", "APPROVED", "HIGH", "TIER_2K"
)


def words(finding: Finding) -> str:
    """A finding as it is read, in English."""
    plain = dict(finding.figures)
    figures = {
        name: text % plain if name.endswith("_text") else text for name, text in plain.items()
    }
    return f"{finding.text % figures} {finding.next_step % figures}".strip()


def marks(findings: list[Finding]) -> dict[str, Sign]:
    return {finding.topic: finding.sign for finding in findings}


class TestSetUp:
    def test_a_good_set_up_has_only_good_lines(self) -> None:
        assert {finding.sign for finding in checkup.set_up_findings(GOOD)} == {Sign.GOOD}

    @pytest.mark.parametrize(
        ("change", "topic", "sign", "says"),
        [
            ({"mode": "off"}, checkup.MODE, Sign.CARE, "nothing is sent"),
            ({"mode": "test"}, checkup.MODE, Sign.CARE, "only the listed numbers"),
            ({"token": False}, checkup.TOKEN, Sign.BAD, "missing"),
            ({"app_secret": False}, checkup.SECRET, Sign.BAD, "nothing is sent"),
            ({"verify_token": False}, checkup.VERIFY, Sign.BAD, "cannot verify"),
            ({"confirmed": False}, checkup.POLICY, Sign.BAD, "Nobody has confirmed"),
            ({"neutralized": True}, checkup.DATABASE, Sign.BAD, "neutralized copy"),
            ({"last_webhook": ""}, checkup.CALLBACK, Sign.CARE, "no webhook has come"),
            ({"callback": "http://odoo.example.com/x"}, checkup.CALLBACK, Sign.BAD, "https"),
            ({"callback": "https://10.0.0.7/x"}, checkup.CALLBACK, Sign.BAD, "own network"),
            ({"callback": "https://odoo/x"}, checkup.CALLBACK, Sign.BAD, "own network"),
            ({"callback": ""}, checkup.CALLBACK, Sign.BAD, "https"),
            ({"version": "v20.0"}, checkup.VERSION, Sign.BAD, "v20.0 has ended on 2026-09-24"),
            ({"version": "v21.0"}, checkup.VERSION, Sign.CARE, "works until 2027-01-21"),
            ({"version": "v12.0"}, checkup.VERSION, Sign.BAD, "v12.0 has ended"),
            ({"version": "v31.0"}, checkup.VERSION, Sign.CARE, "newer than this addon knows"),
            ({"version": "nonsense"}, checkup.VERSION, Sign.BAD, "Enter version v25.0"),
        ],
    )
    def test_each_fault_has_its_line(
        self, change: dict[str, Any], topic: str, sign: Sign, says: str
    ) -> None:
        found = checkup.set_up_findings(replace(GOOD, **change))
        line = next(finding for finding in found if finding.topic == topic)
        assert line.sign is sign
        assert says in words(line)
        assert line.next_step
        others = {finding.sign for finding in found if finding is not line}
        assert others == {Sign.GOOD}

    def test_the_version_recommended_is_one_that_lasts(self) -> None:
        long_after = checkup.API_VERSIONS["v25.0"]
        assert long_after is not None
        line = checkup.version_finding("v20.0", long_after + timedelta(days=1))
        assert "v26.0" in words(line)

    @pytest.mark.parametrize(
        ("host", "public"),
        [
            ("odoo.example.com", True),
            ("8.8.8.8", True),
            ("2606:4700::1", True),
            ("127.0.0.1", False),
            ("192.168.1.4", False),
            ("169.254.1.1", False),
            ("::1", False),
            ("fe80::1", False),
            ("localhost", False),
            ("erp.local", False),
            ("erp.lan.", False),
            ("", False),
        ],
    )
    def test_public_hosts_are_told_from_private_ones(self, host: str, public: bool) -> None:
        assert checkup.is_public(host) is public


class TestNumber:
    def test_a_good_number_has_only_good_lines(self) -> None:
        assert {finding.sign for finding in checkup.number_findings(NUMBER)} == {Sign.GOOD}

    @pytest.mark.parametrize(
        ("change", "topic", "sign", "says"),
        [
            ({"status": "BANNED"}, checkup.NUMBER, Sign.BAD, "+51 900 000 000: banned"),
            ({"status": "RATE_LIMITED"}, checkup.NUMBER, Sign.CARE, "slowed down"),
            ({"status": "NEW_WORD"}, checkup.NUMBER, Sign.CARE, "“NEW_WORD”"),
            ({"status": ""}, checkup.NUMBER, Sign.CARE, "does not say"),
            ({"name_status": "DECLINED"}, checkup.NAME, Sign.BAD, "“Andina”: declined"),
            ({"name_status": "PENDING_REVIEW"}, checkup.NAME, Sign.CARE, "waits for its review"),
            ({"quality": "RED"}, checkup.QUALITY, Sign.BAD, "rate it low"),
            ({"quality": "YELLOW"}, checkup.QUALITY, Sign.CARE, "rate it medium"),
            ({"throughput": "TURBO"}, checkup.SPEED, Sign.CARE, "“TURBO”"),
            ({"limit": "TIER_250"}, checkup.LIMIT, Sign.CARE, "250 different people"),
            ({"limit": ""}, checkup.LIMIT, Sign.CARE, "smallest limit"),
        ],
    )
    def test_each_word_of_whatsapp_is_judged(
        self, change: dict[str, Any], topic: str, sign: Sign, says: str
    ) -> None:
        found = checkup.number_findings(replace(NUMBER, **change))
        line = next(finding for finding in found if finding.topic == topic)
        assert line.sign is sign
        assert says in words(line)
        assert line.next_step

    def test_a_number_without_limit_says_so(self) -> None:
        found = checkup.number_findings(replace(NUMBER, limit="TIER_UNLIMITED"))
        assert words(found[-1]) == "No limit."

    def test_every_word_is_judged_in_small_words_that_fit_the_sentence(self) -> None:
        for table in (checkup.STATUSES, checkup.QUALITIES, checkup.NAMES):
            for sign, meaning, step in table.values():
                assert meaning[0].islower()
                assert bool(step) == (sign is not Sign.GOOD)


PROBLEM = Problem("WABA", 141006, "There is an error with the payment method.", "Pay the bill.")


@pytest.mark.parametrize(
    ("health", "sign", "says"),
    [
        (Health("AVAILABLE"), Sign.GOOD, "nothing that keeps it from sending"),
        (
            Health("BLOCKED", (PROBLEM,)),
            Sign.BAD,
            "The WhatsApp Business Account: There is an error with the payment method. (141006)"
            " Pay the bill.",
        ),
        (Health("LIMITED", (replace(PROBLEM, solution=""),)), Sign.CARE, "WhatsApp Manager"),
        (Health("BLOCKED"), Sign.BAD, "it cannot send"),
        (Health("LIMITED"), Sign.CARE, "within limits"),
        (Health(""), Sign.CARE, "does not say"),
        (Health("BLOCKED", (replace(PROBLEM, entity="NEW%S"),)), Sign.BAD, "Another part:"),
    ],
)
def test_health_is_said_with_metas_advice(health: Health, sign: Sign, says: str) -> None:
    (line,) = checkup.health_findings(health)
    assert line.sign is sign
    assert says in words(line)


@pytest.mark.parametrize(
    ("error", "sign", "says"),
    [
        (
            ApiError(190, "Session has expired.", 401, "x", Action.ACCOUNT),
            Sign.BAD,
            "The access token is invalid or has expired. WhatsApp's words: Session has expired. "
            "(code 190). Enter a valid access token",
        ),
        (
            ApiError(None, "The connection could not be opened (X).", None, "", Action.RETRY),
            Sign.CARE,
            "WhatsApp did not answer. The connection could not be opened (X).",
        ),
        (ApiError(None, "<html>", 502, "", Action.RETRY_UNSURE), Sign.CARE, "(code 502)"),
        (ApiError(100, "100 % odd", 400, "", Action.FAIL, 33), Sign.BAD, "no longer exists"),
    ],
)
def test_a_failing_call_becomes_a_line(error: ApiError, sign: Sign, says: str) -> None:
    line = checkup.failure_finding(checkup.TOKEN, error)
    assert line.sign is sign
    assert says in words(line)


def test_without_a_subscription_the_report_says_what_to_press() -> None:
    assert checkup.subscription_finding([{}]).sign is Sign.GOOD
    missing = checkup.subscription_finding([])
    assert missing.sign is Sign.BAD
    assert "Subscribe" in missing.next_step


def test_templates_are_counted_by_language() -> None:
    found = checkup.template_findings({"pt_BR": (0, 3), "es": (3, 3), "es_CL": (1, 3)})
    assert [finding.sign for finding in found] == [Sign.GOOD, Sign.CARE, Sign.BAD]
    assert words(found[1]).startswith("es_CL: 1 of 3 can be used.")
    assert checkup.template_findings({})[0].sign is Sign.CARE


def test_a_token_that_cannot_be_used_is_a_line_too() -> None:
    assert "holds spaces" in words(checkup.unusable_finding("the access token holds spaces"))
