import re

import polib
from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import TranslationModuleReader

from ..core.law.verdict import PASSED, SENTENCES, Check
from .common import DunningCommon

MODULE = "l10n_latam_dunning"
LANGUAGES = ("es_419", "pt_BR")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
# One of each lesson.
UNREADABLE = [
    ("hours", ""),
    ("hours", "Mo-Fr"),
    ("hours", "Lu-Vi 08:00-18:00"),
    ("hours", "Sa-Mo 08:00-18:00"),
    ("hours", "Mo-Fr 8-18"),
    ("hours", "Mo-Fr 08:00-25:00"),
    ("hours", "Mo-Fr 18:00-08:00"),
    ("cap", ""),
    ("cap", "2/year"),
    ("cap", "0/day"),
]
TAG = re.compile(r"<[^>]+>")


@tagged("post_install", "-at_install")
class TestTranslationFiles(TransactionCase):
    """What Odoo would export now, against the files; `./dev i18n` brings them up to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        reader = TranslationModuleReader(cls.env.cr, modules=[MODULE])
        cls.terms = [
            (source, kind, name, str(where), comments)
            for _module, kind, name, where, source, _value, comments in reader
            if cls._is_own(name, where)
        ]
        cls.files = {
            lang: {
                entry.msgid: entry for entry in polib.pofile(file_path(f"{MODULE}/i18n/{lang}.po"))
            }
            for lang in LANGUAGES
        }

    @classmethod
    def _is_own(cls, name, where):
        """Whether a term is not the label of a field that another module's mixin brings."""
        if not name.startswith("ir.model.fields,"):
            return True
        field = cls.env.ref(where)
        return MODULE in cls.env[field.model]._fields[field.name]._modules

    def test_every_term_is_translated(self):
        self.assertGreater(len(self.terms), 500)
        for lang, entries in self.files.items():
            missing = sorted(
                {
                    source
                    for source, *_place in self.terms
                    if source not in entries or not entries[source].translated()
                }
            )
            self.assertFalse(missing, f"{lang}: run ./dev i18n and translate these")

    def test_every_place_of_a_term_is_in_the_files(self):
        for lang, entries in self.files.items():
            lost = set()
            for source, kind, name, where, comments in self.terms:
                entry = entries.get(source)
                places = {place for place, _line in entry.occurrences} if entry else set()
                place = f"code:{name}" if kind == "code" else f"{kind}:{name}:{where}"
                # the comments say whether Python or the browser is to load a term
                if place not in places or set(comments) - set(entry.comment.splitlines()):
                    lost.add((name, where, source))
            self.assertFalse(lost, f"{lang}: run ./dev i18n")

    def test_placeholders_and_tags_are_those_of_the_source(self):
        for lang, entries in self.files.items():
            differing = {
                source: entry.msgstr
                for source, entry in entries.items()
                for pattern in (PLACEHOLDER, TAG)
                if entry.msgstr
                and sorted(pattern.findall(entry.msgstr)) != sorted(pattern.findall(source))
            }
            self.assertFalse(differing, lang)

    def test_every_sentence_of_the_gate_is_said_in_the_users_language(self):
        for lang in LANGUAGES:
            self.env["res.lang"]._activate_lang(lang)
            translated = self.env(context={"lang": lang})["dunning.message"]
            english = self.env(context={"lang": "en_US"})["dunning.message"]
            for table, outcome in ((SENTENCES, "refuse"), (PASSED, "pass")):
                for key, sentence in table.items():
                    code, _dot, variant = key.partition(".")
                    figures = dict.fromkeys(re.findall(r"%\((\w+)\)s", sentence), "7")
                    check = Check(code, outcome, "law", figures={**figures, "variant": variant})
                    with self.subTest(lang=lang, key=key):
                        text = translated._explain(check)
                        self.assertNotEqual(text, english._explain(check))
                        self.assertNotIn("%(", text)

    def test_a_notation_that_cannot_be_read_is_explained_in_the_users_language(self):
        for lang in LANGUAGES:
            self.env["res.lang"]._activate_lang(lang)
            notation = self.env(context={"lang": lang})["dunning.notation"]
            for kind, text in UNREADABLE:
                with (
                    self.subTest(lang=lang, text=text),
                    self.assertRaises(ValidationError) as caught,
                ):
                    notation._read(kind, text)
                self.assertNotIn("Write", str(caught.exception))
                self.assertIn(text.split()[-1] if text else "", str(caught.exception))


class TestRefusalInTheUsersLanguage(DunningCommon):
    def test_a_refusal_is_explained_in_spanish_and_in_portuguese(self):
        debtor = self.create_debtor(consent=False)
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        self.assertEqual(message.state, "refused")
        spanish = message.with_context(lang="es_419").explanation
        self.assertIn("El deudor no ha aceptado que se le contacte por WhatsApp", spanish)
        portuguese = message.with_context(lang="pt_BR").explanation
        self.assertIn("O devedor não concordou em ser contatado por WhatsApp", portuguese)
