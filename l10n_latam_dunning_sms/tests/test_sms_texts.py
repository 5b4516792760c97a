from odoo.addons.l10n_latam_dunning.core.law.wording import check_wording, wording_rules
from odoo.addons.l10n_latam_dunning.models.dunning_gate import Candidate
from odoo.tests import TransactionCase, tagged

from ..segments import segments

LANGUAGES = ("en_US", "es_419", "pt_BR")
OWN = {"CL": "_cl", "MX": "_mx"}
USUAL = {
    "customer_name": "Rosa Quispe",
    "company_name": "Comercial Andina SAC",
    "company_identity": "Comercial Andina SAC, 20123456786, Av. Arequipa 100, Lima",
    "company_phone": "+51 1 2345678",
    "invoice_list": "F001-123, S/ 1,250.00, 15/01/2027",
    "amount_total": "S/ 1,250.00",
    "due_date": "15/01/2027",
    "page_link": "https://andina.example/dunning/p/1-YCAdDTBZiVLSg5z0xLCh4Y0dcmEw",
}


@tagged("post_install", "-at_install")
class TestSmsTexts(TransactionCase):
    """The SMS that are shipped, in each language, against law and length."""

    def draft(self, suffix, lang):
        template = self.env.ref(f"l10n_latam_dunning_sms.sms_template_reminder{suffix}")
        policy = self.env["dunning.policy"]
        candidate = Candidate(
            company=self.env.company,
            partner=self.env["res.partner"].new({"name": "Rosa", "lang": lang}),
            currency=self.env.company.currency_id,
            policy=policy,
            lines=self.env["account.move.line"],
            level=policy.level_ids,
            channel="sms",
        )
        return self.env["dunning.text"]._draft(template, ("body",), candidate)

    def test_no_text_lacks_what_the_law_of_its_countries_demands(self):
        for pack in self.env["dunning.jurisdiction"]._law_book().jurisdictions:
            for lang in LANGUAGES:
                if pack.country == "BR" and lang != "pt_BR":
                    continue
                text = self.draft(OWN.get(pack.country, ""), lang).wording
                found = check_wording(text, rules=wording_rules(pack, "sms"))
                with self.subTest(pack=pack.country, lang=lang):
                    blocking = [str(one) for one in found if one.severity == "blocking"]
                    self.assertEqual(blocking, [])

    def test_texts_are_short_and_every_letter_is_plain(self):
        for suffix, most in {"": 2, "_cl": 3, "_mx": 3}.items():
            for lang in LANGUAGES:
                draft = self.draft(suffix, lang)
                text = draft.fill("body", USUAL)
                with self.subTest(suffix=suffix, lang=lang, length=len(text)):
                    self.assertEqual(draft.language, lang)
                    # Portuguese names the supplier's address and tax number, as Brazil asks
                    allowed = 3 if lang == "pt_BR" else most
                    self.assertLessEqual(segments(text), allowed)
