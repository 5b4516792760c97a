from odoo.tests import BaseCase, tagged

from ..segments import segments


@tagged("post_install", "-at_install")
class TestSegments(BaseCase):
    def test_parts_are_counted_as_networks_do(self):
        for text, parts in [
            ("", 0),
            ("a" * 160, 1),
            ("a" * 161, 2),
            ("a" * 306, 2),
            ("a" * 307, 3),
            ("€" * 80, 1),
            ("€" * 81, 2),
            ("ñéü¿¡" * 32, 1),
            ("á" * 70, 1),
            ("á" * 71, 2),
            ("ã" * 134, 2),
            ("ã" * 135, 3),
            ("😀" * 35, 1),
            ("😀" * 36, 2),
        ]:
            with self.subTest(text=text[:3], length=len(text)):
                self.assertEqual(segments(text), parts)
