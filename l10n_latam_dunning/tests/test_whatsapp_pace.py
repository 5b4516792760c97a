from datetime import timedelta

from .common import WABA_ID, WEDNESDAY, DunningCommon

DAY = timedelta(days=1)


class TestWhatsappPace(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.account.sudo()
        cls.account.write({"messaging_limit": "TIER_2K", "ramp_per_day": 0})
        cls.points = (
            cls.env["dunning.contact.point"]
            .sudo()
            .create([{"value": f"+5190000{number:04d}"} for number in range(300)])
        )

    def create_messages(self, count, hours_ago=1.0, account=None, first=0, **vals):
        account = account or self.account
        return (
            self.env["dunning.message"]
            .sudo()
            .create(
                [
                    {
                        "company_id": account.company_id.id,
                        "partner_id": self.partner_a.id,
                        "account_id": account.id,
                        "contact_point_id": point.id,
                        "channel": "whatsapp",
                        "purpose": "reminder",
                        "currency_id": account.company_id.currency_id.id,
                        "state": "sent",
                        "attempted_at": WEDNESDAY - timedelta(hours=hours_ago),
                        **vals,
                    }
                    for point in self.points[first : first + count]
                ]
            )
        )

    def create_number(self, number, **vals):
        return (
            self.env["dunning.whatsapp.account"]
            .sudo()
            .create(
                {
                    "name": f"Number {number}",
                    "company_id": self.company.id,
                    "phone_number_id": str(number),
                    "waba_id": WABA_ID,
                    "messaging_limit": "TIER_2K",
                    "ramp_per_day": 0,
                    **vals,
                }
            )
        )

    def room(self, at=WEDNESDAY):
        return self.account._room(at)[self.account]

    def test_people_written_to_in_a_day_use_up_the_limit_each_once(self):
        self.assertEqual(self.room(), 2000)
        self.create_messages(10)
        self.create_messages(10, hours_ago=5)
        self.create_messages(7, hours_ago=25, first=100)
        self.assertEqual(self.room(), 1990)
        self.assertEqual(self.room(WEDNESDAY + DAY), 2000)

    def test_numbers_of_one_account_or_portfolio_share_the_limit(self):
        same_waba = self.create_number(2)
        other_waba = self.create_number(3, waba_id="9")
        self.create_messages(5, account=same_waba)
        self.create_messages(3, account=same_waba, first=3)
        self.create_messages(50, account=other_waba, first=50)
        accounts = self.account + same_waba + other_waba
        self.assertEqual(list(accounts._room(WEDNESDAY).values()), [1994, 1994, 1950])
        (self.account + other_waba).portfolio_id = "77"
        self.assertEqual(list(accounts._room(WEDNESDAY).values()), [1950, 1994, 1950])

    def test_a_limit_that_is_not_known_is_the_smallest_one(self):
        self.account.messaging_limit = False
        self.create_messages(249)
        self.assertEqual(self.room(), 1)
        self.create_messages(10, first=249)
        self.assertEqual(self.room(), 0)

    def test_a_number_without_limit_has_room_for_all(self):
        self.account.messaging_limit = "TIER_UNLIMITED"
        self.assertGreater(self.room(), 10**6)

    def test_what_never_left_uses_up_nothing(self):
        self.create_messages(20, state="queued", attempted_at=False)
        self.assertEqual(self.room(), 2000)

    def test_a_back_log_leaves_in_growing_days(self):
        self.account.write({"ramp_per_day": 20, "ramp_from": WEDNESDAY - timedelta(hours=2)})
        self.create_messages(50, hours_ago=3)
        self.assertEqual(self.room(), 20)
        self.create_messages(15, hours_ago=1)
        self.assertEqual(self.room(), 5)
        # the same person again counts as a message, though not as a new person
        self.create_messages(5, hours_ago=0.5)
        self.assertEqual(self.room(), 0)
        self.assertEqual(self.room(WEDNESDAY + timedelta(hours=22)), 20)
        self.assertEqual(self.room(WEDNESDAY + timedelta(hours=24)), 40)

    def test_a_long_stop_whose_time_is_over_starts_slowly_before_anybody_noted_its_end(self):
        self.account.write({"ramp_per_day": 20, "ramp_from": False})
        self.account._pause("Restricted", WEDNESDAY + DAY)
        self.assertEqual(self.room(WEDNESDAY + DAY), 20)
        self.assertEqual(self.room(WEDNESDAY + 2 * DAY), 40)

    def test_the_room_of_many_numbers_costs_no_more_queries_than_that_of_two(self):
        numbers = self.account.union(*(self.create_number(number) for number in range(10, 30)))
        self.create_messages(30)
        self.env.flush_all()
        numbers._room(WEDNESDAY)
        counts = []
        for accounts in (numbers[:2], numbers):
            self.env.invalidate_all()
            accounts.fetch(["portfolio_id", "waba_id"])
            before = self.cr.sql_log_count
            accounts._room(WEDNESDAY)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        self.assertLessEqual(counts[1], 6)

    def test_the_rate_is_whatsapps_or_the_companys_if_that_is_lower(self):
        self.assertEqual(self.account._rate(), 80)
        self.account.throughput = "HIGH"
        self.assertEqual(self.account._rate(), 1000)
        self.account.coexistence = True
        self.assertEqual(self.account._rate(), 20)
        self.account.max_per_second = 5
        self.assertEqual(self.account._rate(), 5)
