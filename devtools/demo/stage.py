"""The running parts of a played demo: Odoo's registry and cron, the sandbox, the clock."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .. import inside, paths
from ..console import Problem
from . import ledger
from .clock import Clock

PLAN, DELIVER, EVENTS = "ir_cron_plan", "ir_cron_deliver", "ir_cron_events"
WEBHOOK_PATIENCE = 20.0
ROUNDS = 8  # of delivery and events, far more than a demo needs


class Errors(logging.Handler):
    """Keeps what Odoo logs as an error: it goes on after many of them, the demo does not."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the first line of an error."""
        self.found.append(record.getMessage().splitlines()[0])

    def refuse(self) -> None:
        """A Problem when there was an error."""
        if self.found:
            raise problem(f"Odoo logged an error: {self.found[0][:300]}")


class Stage:
    """What a scene needs: transactions, scheduled actions, delivery to the end."""

    def __init__(self, registry: Any, sandbox: Any, clock: Clock, errors: Errors) -> None:
        self.registry = registry
        self.sandbox = sandbox
        self.clock = clock
        self.errors = errors

    @contextmanager
    def env(self) -> Iterator[Any]:
        """A fresh transaction, committed when the body ends well."""
        with inside.environment(self.registry) as env:
            yield env(context={**env.context, "lang": "en_US", "tz": "UTC"})

    def cron(self, name: str) -> None:
        """Run a scheduled action at once, by the machinery of Odoo's cron workers."""
        with self.env() as env:
            job_id = env.ref(f"l10n_latam_dunning.{name}").id
        crons = self.registry["ir.cron"]
        with self.registry.cursor() as cr:
            job = crons._acquire_one_job(cr, job_id, include_not_ready=True)
            crons._process_job(cr, job)
        self.errors.refuse()

    def take_in(self) -> None:
        """Wait until the sandbox has told everything, and process it."""
        if not self.sandbox.flush_webhooks(WEBHOOK_PATIENCE):
            raise problem("The sandbox could not deliver its webhooks to Odoo.")
        self.cron(EVENTS)

    def deliver(self) -> None:
        """Deliver what is due and take in what comes back, until nothing moves any more."""
        for _round in range(ROUNDS):
            self.cron(DELIVER)
            self.take_in()
            with self.env() as env:
                if not env["dunning.event"].search_count([("state", "=", "new")]):
                    return
        raise problem("Events from the sandbox stay unprocessed.")

    def refuse_loose_ends(self) -> None:
        """A Problem when anything is left that no one can explain: an event that failed, a
        message of which nobody knows, or other messages at WhatsApp than Odoo says."""
        with self.env() as env:
            Message = env["dunning.message"]
            failed = env["dunning.event"].search([("state", "=", "failed")], limit=1)
            loose = Message.search([("state", "in", ("sending", "uncertain"))], limit=1)
            known = set(Message.search([("provider_ref", "!=", False)]).mapped("provider_ref"))
            if failed:
                raise problem(f"An event could not be processed: {failed.error}.")
            if loose:
                raise problem(f"Nobody knows what became of {loose.partner_id.name}'s message.")
        if known != {row["wamid"] for row in self.sandbox.accepted}:
            raise problem("The sandbox accepted other messages than Odoo has recorded.")
        if self.sandbox.internal_errors:
            raise problem(f"The sandbox has a fault: {self.sandbox.internal_errors[0]}.")


def problem(sentence: str) -> Problem:
    """A Problem whose details stand in the demo's log."""
    return Problem(sentence, f"read {paths.shown(paths.log_file('demo'))}")


def connect(env: Any, sandbox: Any, base_url: str) -> None:
    """Point Odoo and the sandbox at each other, and have the templates approved over HTTP."""
    env["ir.config_parameter"].set_param("web.base.url", base_url)
    accounts = env["dunning.whatsapp.account"].search([])
    accounts.base_url = sandbox.base_url
    for account in accounts:
        sandbox.add_account(**prepare_account(account))
        account.template_ids.meta_id = False  # this sandbox has seen none of them yet
        account.action_submit_templates()
        account.action_test_connection()
    refused = accounts.template_ids.filtered(lambda template: not template.sendable)
    if refused:
        raise problem(
            f"The sandbox did not approve {refused[0].display_name}: {refused[0].reject_reason}."
        )


def prepare_account(account: Any) -> dict[str, str]:
    """What the sandbox must know of an account."""
    return {
        "phone_number_id": account.phone_number_id,
        "waba_id": account.waba_id,
        "token": account.token,
        "app_secret": account.app_secret,
        "webhook_url": account.webhook_url,
        "display_phone_number": account.company_id.phone,
        "verified_name": account.company_id.name,
    }


def make_trouble(env: Any, sandbox: Any) -> None:
    """Webhooks out of order and twice, a number that WhatsApp does not reach, and an answer that
    gets lost after the message was accepted."""
    sandbox.webhook_options(batch_size=20, shuffle=True, repeat=2)
    for story, kind in (("unreachable", "undeliverable"), ("lost_answer", "timeout_after")):
        for partner in ledger.of_story(env, story):
            message = env["dunning.message"].search([("partner_id", "=", partner.id)], limit=1)
            if message.contact_point_id:
                sandbox.fault(kind, to=message.contact_point_id.value)
