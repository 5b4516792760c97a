import csv
import io
import json
import logging

from markupsafe import Markup
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.image import image_data_uri
from odoo.tools.pdf import PdfReader, PdfWriter
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from ..core.evidence.pack import pack
from ..core.evidence.proof import FACTS, SEALS, canonical
from .dunning_dossier_words import _ref

_logger = logging.getLogger(__name__)

# Millimetres: wkhtmltopdf adds two to the margin it is given; head and foot stand in line.
MARGIN = 10
HEAD = 12
PAPER = {
    "name": "Complaint file",
    "orientation": "Portrait",
    "margin_top": 20,
    "margin_bottom": 18,
    "margin_left": MARGIN,
    "margin_right": MARGIN,
    "header_spacing": 0,
    "header_line": False,
    "dpi": 96,
}
# What a spreadsheet would run as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SECTIONS = (
    "consents",
    "messages",
    "not_sent",
    "waiting",
    "replies",
    "agreements",
    "holds",
    "accesses",
)


class DunningDossier(models.AbstractModel):
    """The files of a complaint file: PDF and HTML for reading, CSV and JSON for working, and the
    facts with their verifier."""

    _inherit = "dunning.dossier"

    @api.model
    def _pack(self, scope):
        """(the ZIP, what it holds in words, a note where something is missing)."""
        found = self._gather(scope)
        lines, seals, manifest, documents = self._prove(scope, found)
        aside = self._set_unreadable_aside(found)
        told = self._tell(scope, found)
        told["unreadable"] = [_ref(record) for records in aside.values() for record in records]
        told["proof"] = self._tell_proof(lines, seals)
        html = self._html(scope, told)
        pdf, note = self._pdf(scope, html, told)
        members = {
            "file.html": html.encode(),
            "file.json": json.dumps(told, ensure_ascii=False, indent=1).encode(),
            "README.txt": self._readme(told, bool(pdf)).encode(),
            FACTS: b"".join(canonical(line) + b"\n" for line in lines),
            SEALS: b"".join(canonical(seal) + b"\n" for seal in seals),
            **{f"{name}.csv": self._csv(told[name]) for name in SECTIONS},
            **documents,
        }
        if pdf:
            members["file.pdf"] = pdf
        return pack(members, manifest), pdf, note

    @api.model
    def _tell_proof(self, lines, seals):
        """What the proof consists of, in numbers and hashes."""
        last = {seal["chain"]: seal for seal in seals}
        return {
            "facts": len(lines),
            "unsealed": sum(line["seal"] is None for line in lines),
            "seals": len(seals),
            "heads": [
                {
                    "chain": chain,
                    "number": seal["number"],
                    "hash": seal["hash"],
                    "sealed_at": seal["sealed_at"],
                }
                for chain, seal in last.items()
            ],
        }

    # === TABLES ===

    @api.model
    def _csv(self, rows):
        """A section as a table that a spreadsheet opens; free text runs no formula."""
        out = io.StringIO()
        flat = [dict(_flatten(row)) for row in rows]
        names = list(dict.fromkeys(name for row in flat for name in row))
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(names)
        for row in flat:
            writer.writerow([_harmless(row.get(name, "")) for name in names])
        return b"\xef\xbb\xbf" + out.getvalue().encode()

    # === PAPER ===

    @api.model
    def _html(self, scope, told):
        """The document, whole in itself: no file and no server is needed to show it."""
        company = scope.company
        logo = "" if company.uses_default_logo else image_data_uri(company.logo_web or b"")
        body = self.env["ir.qweb"]._render(
            "l10n_latam_dunning.dossier_document", {"file": told, "logo": logo, "lines": _lines}
        )
        return f"<!DOCTYPE html>\n{body}"

    @api.model
    def _report(self, scope):
        """A report on the company's paper, with margins of our own."""
        paper = scope.company.paperformat_id
        size = {name: paper[name] for name in ("format", "page_height", "page_width")}
        sheet = self.env["report.paperformat"].new({"format": "A4", **size, **PAPER})
        return self.env["ir.actions.report"].new({"paperformat_id": sheet})

    @api.model
    def _pdf(self, scope, html, told):
        """(the PDF, "") or (nothing, why not, in the words of the user who asked for it)."""
        user = self.with_context(lang=self.env.user.lang)
        Report = self._report(scope)
        if Report.get_wkhtmltopdf_state() in ("install", "broken"):
            return None, user.env._(
                "There is no PDF, because wkhtmltopdf is not installed on this server. The ZIP "
                "holds the same document as file.html; open it in a browser and print it. Ask "
                "your administrator to install wkhtmltopdf."
            )
        try:
            content = Report._run_wkhtmltopdf([html], landscape=False)
        except UserError as error:
            _logger.warning("The PDF of a complaint file could not be made: %s", error)
            return None, user.env._(
                "There is no PDF, because wkhtmltopdf failed: %(error)s The ZIP holds the same "
                "document as file.html.",
                error=error,
            )
        return self._stamp(content, told), ""

    @api.model
    def _stamp(self, content, told):
        """Head and foot on each page. wkhtmltopdf makes them only where it was built with its
        own Qt, so they are put on afterwards."""
        reader, writer = PdfReader(io.BytesIO(content)), PdfWriter()
        debtor = next((row["value"] for row in told["debtor"]), "")
        creditor = next((row["value"] for row in told["creditor"]), "")
        overlay = io.BytesIO()
        canvas = Canvas(overlay)
        total = reader.getNumPages()
        for number in range(1, total + 1):
            box = reader.getPage(number - 1).mediaBox
            width, height = float(box.getWidth()), float(box.getHeight())
            canvas.setPageSize((width, height))
            canvas.setFont("Helvetica", 8)
            canvas.setFillGray(0.35)
            canvas.drawString(HEAD * mm, height - 11 * mm, f"{creditor} · {debtor}"[:110])
            canvas.drawRightString(width - HEAD * mm, height - 11 * mm, told["title"])
            canvas.setStrokeGray(0.75)
            canvas.line(HEAD * mm, height - 13 * mm, width - HEAD * mm, height - 13 * mm)
            canvas.drawString(HEAD * mm, 9 * mm, told["made_at"]["local"])
            page_words = self.env._("Page %(number)s of %(total)s", number=number, total=total)
            canvas.drawRightString(width - HEAD * mm, 9 * mm, page_words)
            canvas.showPage()
        canvas.save()
        marks = PdfReader(io.BytesIO(overlay.getvalue()))
        for number in range(total):
            writer.addPage(reader.getPage(number))
            page = writer.getPage(number)
            page.mergePage(marks.getPage(number))
            _compress(page)
        writer.addMetadata({"/Title": f"{told['title']}: {debtor}", "/Author": creditor})
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    # === README ===

    @api.model
    def _readme(self, told, has_pdf):
        """What lies in the ZIP and how it is checked, in the language of the file."""
        paper = "file.pdf" if has_pdf else "file.html"
        blocks = [
            told["title"],
            "\n".join(f"{row['what']}: {row['value']}" for row in told["debtor"][:2]),
            self.env._(
                "Made on %(when)s.", when=f"{told['made_at']['local']} ({told['made_at']['utc']})"
            ),
            self.env._("What lies in here"),
            f"{paper}\n    " + self.env._("The whole file, to be read."),
            "*.csv, file.json\n    "
            + self.env._("The same, to be worked with: one table a section."),
            "attachments/\n    " + self.env._("The documents that prove consents."),
            "facts.jsonl, seals.jsonl, manifest.json\n    "
            + self.env._("The facts and what proves them."),
            "verify.py\n    "
            + self.env._("The program that checks them. It needs Python 3.9 and no more."),
            self.env._("How to check it"),
            "    python3 verify.py FILE.zip",
            self.env._(
                "It says whether anything was changed, and which record. Every fact (a consent, "
                "a text that was sent, each step of its delivery, a reply, an agreement, a hold, "
                "an access to the data) was sealed by the creditor's system shortly after it "
                "happened: its digest is in a seal, and each seal holds the hash of the one "
                "before it. Whoever changes a fact later changes its digest; whoever leaves one "
                "out leaves a gap in the numbers; whoever adds one with an old date finds the "
                "seals of that time closed."
            ),
            self.env._(
                "The seals themselves could be made anew by whoever controls the whole system. "
                "Against that, compare the last seals, which are printed in the file and which "
                "verify.py shows, with those of an older copy: "
                "python3 verify.py FILE.zip --against OLDER.zip"
            ),
        ]
        if told["masked"]:
            blocks.append(
                self.env._(
                    "Numbers and addresses are masked. What was sealed of them is still there as "
                    "a hash and can be opened by the creditor. WhatsApp's own message ids "
                    "contain the number in an encoded form."
                )
            )
        blocks += [self.env._("The format"), self.env._("It is described at the top of verify.py.")]
        return "\n\n".join(blocks) + "\n"


def _compress(page):
    """Merging leaves a page's content uncompressed; the method's name changed over time."""
    if hasattr(page, "compress_content_streams"):
        page.compress_content_streams()
    else:
        page.compressContentStreams()


def _lines(text):
    """Text with its line breaks, as markup."""
    return Markup("<br/>").join((text or "").splitlines())


def _flatten(row, prefix=""):
    """A row's values by name, with lists as one text."""
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}_")
        elif isinstance(value, list):
            yield f"{prefix}{name}", "\n".join(_plain(item) for item in value)
        else:
            yield f"{prefix}{name}", value


def _plain(item):
    if isinstance(item, dict):
        return " | ".join(str(value) for _name, value in _flatten(item) if value)
    return str(item)


def _harmless(value):
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
