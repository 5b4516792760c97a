from odoo.tests import TransactionCase, tagged

from ..core.law.wording import check_wording, wording_rules
from ..models.dunning_gate import Candidate

LEVELS = ("courtesy", "due", "overdue", "follow_up", "last")
LANGUAGES = ("en_US", "es_419", "pt_BR")


@tagged("post_install", "-at_install")
class TestEmailTexts(TransactionCase):
    """The e-mails that are shipped, in each language, against the law of every country."""

    def draft(self, level, lang):
        template = self.env.ref(f"l10n_latam_dunning.mail_template_{level}")
        nobody = self.env["dunning.policy"]
        candidate = Candidate(
            company=self.env.company,
            partner=self.env["res.partner"].new({"name": "Rosa", "lang": lang}),
            currency=self.env.company.currency_id,
            policy=nobody,
            lines=self.env["account.move.line"],
            level=nobody.level_ids,
            channel="email",
        )
        return self.env["dunning.text"]._draft(template, ("subject", "body_html"), candidate)

    def test_every_text_exists_in_each_language(self):
        for level in LEVELS:
            words = set()
            for lang in LANGUAGES:
                with self.subTest(level=level, lang=lang):
                    draft = self.draft(level, lang)
                    self.assertTrue(draft, draft.problem)
                    self.assertEqual(draft.language, lang)
                    self.assertIn("unsubscribe_link", draft.names)
                    words.add(draft.wording)
            self.assertEqual(len(words), len(LANGUAGES))

    def test_every_text_keeps_to_the_law_of_every_country(self):
        packs = self.env["dunning.jurisdiction"]._law_book().jurisdictions
        self.assertGreater(len(packs), 19)
        for level in LEVELS:
            for lang in LANGUAGES:
                text = self.draft(level, lang).wording
                for pack in packs:
                    findings = check_wording(text, rules=wording_rules(pack, "email"))
                    with self.subTest(level=level, lang=lang, pack=pack.country):
                        self.assertEqual([str(found) for found in findings], [])
