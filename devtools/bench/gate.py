"""How long one decision of the gate takes: warm, one core, mixed countries and hours."""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ADDON = Path(__file__).parents[2] / "l10n_latam_dunning"
DECISIONS = 20_000
CONTACTS = 10
ROUNDS = 6
STATES = {
    "BR": ["", "SP", "AM", "RJ", "PE"],
    "CL": ["", "RM", "VS", "MA"],
    "MX": ["", "BCN", "CMX", "SON"],
    "AR": ["", "B", "C"],
}


def main(args: list[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="bench gate", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.add_argument("--decisions", type=int, default=DECISIONS)
    options = parser.parse_args(args)
    result = measure(options.decisions)
    if options.json:
        print(json.dumps(result))
    else:
        print(
            f"{result['microseconds_per_decision']} microseconds a decision,"
            f" {result['decisions_per_second']} decisions a second on one core"
            f" ({result['decisions']} decisions, {CONTACTS} past contacts each: "
            + ", ".join(f"{n} {outcome}" for outcome, n in result["outcomes"].items())
            + ")"
        )
    return 0


def measure(decisions: int) -> dict[str, Any]:
    """The best of some rounds over the same questions, after one round to warm up."""
    if str(ADDON) not in sys.path:
        sys.path.insert(0, str(ADDON))
    from core.law.gate import decide

    questions = list(itertools.islice(_questions(random.Random(19)), decisions))
    outcomes: dict[str, int] = {}
    for proposal, facts, at in questions:
        outcome = decide(proposal, facts, at).outcome
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    seconds = min(_round(decide, questions) for _ in range(ROUNDS))
    return {
        "microseconds_per_decision": round(seconds / decisions * 1e6, 2),
        "decisions_per_second": round(decisions / seconds),
        "decisions": decisions,
        "outcomes": outcomes,
    }


def _round(decide: Any, questions: list[tuple[Any, Any, datetime]]) -> float:
    start = time.perf_counter()
    for proposal, facts, at in questions:
        decide(proposal, facts, at)
    return time.perf_counter() - start


def _questions(rng: random.Random) -> Any:
    from core.law.gate import ConsentFact, Contact, Facts, Proposal
    from core.law.pack_reader import shipped_law

    law = shipped_law()
    countries = sorted({pack.country for pack in law.jurisdictions})
    begin = datetime(2026, 11, 2, tzinfo=timezone.utc)
    channels = ["whatsapp", "sms", "email"]
    while True:
        country = rng.choice(countries)
        channel = rng.choice(channels)
        at = begin + timedelta(seconds=rng.randrange(35 * 86400))
        granted = ConsentFact(channel, "granted", begin - timedelta(days=rng.randrange(300)))
        history = tuple(
            Contact(at - timedelta(hours=rng.randrange(1, 24 * 60)), rng.choice(channels))
            for _ in range(CONTACTS)
        )
        facts = Facts(
            law,
            country,
            rng.choice(STATES.get(country, [""])),
            consents=(granted,),
            history=history,
        )
        yield Proposal(channel), facts, at


if __name__ == "__main__":
    sys.exit(main())
