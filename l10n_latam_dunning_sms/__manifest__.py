{
    "name": "Latin America - Payment Reminders by SMS",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "summary": "SMS as a channel of lawful payment reminders, over Odoo's own SMS provider",
    "author": "l10n_latam_dunning maintainers",
    "license": "LGPL-3",
    "depends": ["l10n_latam_dunning", "sms"],
    "auto_install": True,
    "data": [
        "data/practice/sms_templates.xml",
        "data/practice/consent_texts.xml",
        "views/dunning_message_views.xml",
        "views/dunning_policy_views.xml",
    ],
}
