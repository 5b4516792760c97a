"""What is said about a text that breaks a rule on wording, in plain words for an accountant."""

from __future__ import annotations


def _(text: str) -> str:
    """Mark a sentence for extraction; Odoo translates it when it is shown."""
    return text


FORBIDDEN_SENTENCES: dict[str, str] = {
    "threat": _("The words “%(phrase)s” read as a threat. Better: “%(better)s”"),
    "judicial": _(
        "The words “%(phrase)s” speak of courts or legal action, or look like it. Better:"
        " “%(better)s”"
    ),
    "shame": _(
        "The words “%(phrase)s” shame the debtor or make the debt public. Better: “%(better)s”"
    ),
    "insult": _("The words “%(phrase)s” are offensive. Better: “%(better)s”"),
    "third_party": _(
        "The words “%(phrase)s” bring other people into it; only the debtor may hear of the debt."
        " Better: “%(better)s”"
    ),
    "promotion": _(
        "The words “%(phrase)s” are advertising, which has no place in a reminder. Better:"
        " “%(better)s”"
    ),
    "why_not_paid": _(
        "The words “%(phrase)s” ask why the debtor has not paid; one may ask when and how it will"
        " be paid. Better: “%(better)s”"
    ),
    "bureau_threat": _(
        "The words “%(phrase)s” threaten with a credit bureau. Better: “%(better)s”"
    ),
    "impersonation": _(
        "The words “%(phrase)s” sound as if an authority were writing. Better: “%(better)s”"
    ),
    "false_urgency": _("The words “%(phrase)s” press with a false urgency. Better: “%(better)s”"),
}

CONTENT_SENTENCES: dict[str, str] = {
    "amount_due": _("The text does not say how much is due. Add: “%(better)s”"),
    "breakdown_capital_interest_fees": _(
        "The text does not break the amount down into capital, interest and fees, or say that"
        " there are none. Add: “%(better)s”"
    ),
    "calculation_date": _(
        "The text does not say on which date the amount was calculated. Add: “%(better)s”"
    ),
    "collection_purpose": _("The text does not say what it is for. Add: “%(better)s”"),
    "consumer_rights": _("The text does not mention the consumer's rights. Add: “%(better)s”"),
    "contact_for_claims": _(
        "The text does not say where the debtor may ask or complain. Add: “%(better)s”"
    ),
    "contract_reference": _(
        "The text does not name the invoice or contract that it is about. Add: “%(better)s”"
    ),
    "creditor_address": _("The text does not give the creditor's address. Add: “%(better)s”"),
    "creditor_bank_account": _(
        "The text does not say that one pays only to the creditor's own account. Add: “%(better)s”"
    ),
    "creditor_identity": _("The text does not say who the creditor is. Add: “%(better)s”"),
    "creditor_phone": _("The text gives no number to reach the creditor. Add: “%(better)s”"),
    "debtor_name": _("The text does not name the debtor. Add: “%(better)s”"),
    "direct_payment_to_creditor_right": _(
        "The text does not say that one may pay the creditor directly. Add: “%(better)s”"
    ),
    "due_date": _("The text does not say when it is due. Add: “%(better)s”"),
    "fine": _("The text does not state the late fee, or that there is none. Add: “%(better)s”"),
    "interest": _("The text does not state the interest, or that there is none. Add: “%(better)s”"),
    "interest_and_collection_costs": _(
        "The text does not state interest and collection costs, or that there are none. Add:"
        " “%(better)s”"
    ),
    "not_an_asset_execution_notice": _(
        "The text does not say that it is no procedure to execute assets. Add: “%(better)s”"
    ),
    "opt_out": _("The text offers no way to stop the messages. Add: “%(better)s”"),
    "other_fees": _(
        "The text does not state other fees, or that there are none. Add: “%(better)s”"
    ),
    "payment_means": _("The text does not say how one can pay. Add: “%(better)s”"),
    "person_acting": _("The text does not say which person or office writes. Add: “%(better)s”"),
    "settlement_terms": _(
        "The text does not say how the debt can be settled by agreement. Add: “%(better)s”"
    ),
    "supplier_cpf_or_cnpj": _(
        "The text does not give the supplier's tax number. Add: “%(better)s”"
    ),
    "unknown": _("The text lacks a required content (%(rule)s)."),
}

# Names of one content under which the laws know it; they share a sentence.
_SAME: dict[str, str] = {
    "channel_revocation_means": "opt_out",
    "collector_address": "creditor_address",
    "collector_identity": "creditor_identity",
    "collector_name": "creditor_identity",
    "collector_phone": "creditor_phone",
    "debt_origin": "contract_reference",
    "debt_reason": "contract_reference",
    "original_amount": "amount_due",
    "purpose": "collection_purpose",
    "sender_identifiable": "creditor_identity",
    "supplier_address": "creditor_address",
    "supplier_name": "creditor_identity",
    "total": "amount_due",
}

# Keyed as the checks of a verdict look them up.
WORDING_SENTENCES: dict[str, str] = {
    **{f"wording.{code}": text for code, text in FORBIDDEN_SENTENCES.items()},
    **{f"wording.missing_{term}": text for term, text in CONTENT_SENTENCES.items()},
    **{f"wording.missing_{term}": CONTENT_SENTENCES[same] for term, same in _SAME.items()},
}
