from odoo.tests import tagged

from .page_common import PageCase

# Nothing stands out sideways, everything can be tapped, every field and button has a name.
CHECK = """
for (const one of document.querySelectorAll("details")) one.open = true;
const wrong = [];
if (document.documentElement.scrollWidth > window.innerWidth) wrong.push("wider than the screen");
for (const one of document.querySelectorAll("button, summary, select, textarea, input, a")) {
    const box = (one.closest(".dp_pick") || one).getBoundingClientRect();
    if (one.type !== "hidden" && box.height < 44) wrong.push("small: " + one.outerHTML);
    const name = one.labels && one.labels.length ? one.labels[0].textContent : one.textContent;
    if (one.type !== "hidden" && !name.trim()) wrong.push("nameless: " + one.outerHTML);
}
if (document.querySelectorAll("h1").length !== 1) wrong.push("not one title");
if (!document.documentElement.lang) wrong.push("no language");
console.log(wrong.length ? "wrong: " + wrong.join(" | ") : "test successful");
if (wrong.length) console.error(wrong.join(" | "));
"""


@tagged("post_install", "-at_install")
class TestPagePhone(PageCase):
    """The page on a telephone of 390 points, in a real browser."""

    browser_size = "390x844"
    touch_enabled = True

    def test_the_page_fits_a_telephone_and_everything_on_it_has_a_name(self):
        for lang in ("es_419", "pt_BR"):
            self.debtor.lang = lang
            self.browser_js(self.path(), CHECK, ready="document.readyState === 'complete'")

    def test_so_do_the_question_who_one_is_and_the_ways_to_pay(self):
        self.say("ask", moves=[str(self.invoice.id), str(self.second.id)])
        self.browser_js(self.path(), CHECK, ready="document.readyState === 'complete'")
        self.point.sudo().state = "new"
        self.browser_js(self.path(), CHECK, ready="document.readyState === 'complete'")
