"""How a whole schema names its things: prefixes of tables, references without `_id`, roles behind or in pairs."""

import pytest

from tests.references.inferring import lines, references
from tests.servers import Database

STYLES = {
    "a prefix that three tables share": (
        """CREATE TABLE zz_user (zz_user_id int PRIMARY KEY, name text);
        CREATE TABLE zz_region (zz_region_id int PRIMARY KEY, name text);
        CREATE TABLE zz_depot (zz_depot_id int PRIMARY KEY, region_id int, bill_user_id int)""",
        ["zz_depot(bill_user_id) -> zz_user(zz_user_id)", "zz_depot(region_id) -> zz_region(zz_region_id)"],
    ),
    "two prefixes, one inside the other": (
        """CREATE TABLE app_rt_job (id int PRIMARY KEY);
        CREATE TABLE app_rt_task (id int PRIMARY KEY, job_id int);
        CREATE TABLE app_rt_hook (id int PRIMARY KEY, task_id int)""",
        ["app_rt_hook(task_id) -> app_rt_task(id)", "app_rt_task(job_id) -> app_rt_job(id)"],
    ),
    "a name said twice": (
        """CREATE TABLE partner_partner (id int PRIMARY KEY);
        CREATE TABLE visit (id int PRIMARY KEY, partner_id int)""",
        ["visit(partner_id) -> partner_partner(id)"],
    ),
    "a word that is a table itself is no prefix": (
        """CREATE TABLE orders (id int PRIMARY KEY);
        CREATE TABLE order_files (id int PRIMARY KEY, order_id int);
        CREATE TABLE order_notes (id int PRIMARY KEY, order_id int);
        CREATE TABLE order_texts (id int PRIMARY KEY, order_id int)""",
        [
            "order_files(order_id) -> orders(id)",
            "order_notes(order_id) -> orders(id)",
            "order_texts(order_id) -> orders(id)",
        ],
    ),
    "references without a suffix, where most are so": (
        """CREATE TABLE singer (id int PRIMARY KEY, name text);
        CREATE TABLE medium (id int PRIMARY KEY, name text);
        CREATE TABLE song (id int PRIMARY KEY, singer int, length int, played int);
        CREATE TABLE disc (id int PRIMARY KEY, singer int, medium int, first_song int);
        CREATE TABLE cover (id int PRIMARY KEY, disc int, song int)""",
        [
            "cover(disc) -> disc(id)",
            "cover(song) -> song(id)",
            "disc(first_song) -> song(id)",
            "disc(medium) -> medium(id)",
            "disc(singer) -> singer(id)",
            "song(singer) -> singer(id)",
        ],
    ),
    "a number whose name completes its table's": (
        """CREATE TABLE ship_type (id int PRIMARY KEY, label text);
        CREATE TABLE ship (id int PRIMARY KEY, type int, title text)""",
        ["ship(type) -> ship_type(id)"],
    ),
    "a role behind the name": (
        """CREATE TABLE account (id int PRIMARY KEY);
        CREATE TABLE transfer (id int PRIMARY KEY, account_from_id int, account_to_id int, account2_id int)""",
        [
            "transfer(account2_id) -> account(id)",
            "transfer(account_from_id) -> account(id)",
            "transfer(account_to_id) -> account(id)",
        ],
    ),
    "a role run together with the name": (
        """CREATE TABLE feature (feature_id int PRIMARY KEY);
        CREATE TABLE placement (placement_id int PRIMARY KEY, srcfeature_id int)""",
        ["placement(srcfeature_id) -> feature(feature_id)"],
    ),
    "two opposite ends": (
        """CREATE TABLE page (id int PRIMARY KEY);
        CREATE TABLE page_link (parent_id int, child_id int, PRIMARY KEY (parent_id, child_id))""",
        ["page_link(child_id) -> page(id)", "page_link(parent_id) -> page(id)"],
    ),
    "who acts, glued together or by verb": (
        """CREATE TABLE res_user (id int PRIMARY KEY, login text);
        CREATE TABLE sheet (id int PRIMARY KEY, createdby int, write_uid int)""",
        ["sheet(createdby) -> res_user(id)", "sheet(write_uid) -> res_user(id)"],
    ),
    "a unique number beside a key of text": (
        """CREATE TABLE ward (id int UNIQUE, floor text, name text, PRIMARY KEY (floor, name));
        CREATE TABLE stay (id int PRIMARY KEY, ward int, home_ward_id int)""",
        ["stay(home_ward_id) -> ward(id)", "stay(ward) -> ward(id)"],
    ),
    "a key that refers itself is no target": (
        """CREATE TABLE goods (id int PRIMARY KEY);
        CREATE TABLE goods_score (id int PRIMARY KEY, goods_id int UNIQUE);
        CREATE TABLE basket (id int PRIMARY KEY, goods_id int)""",
        ["basket(goods_id) -> goods(id)", "goods_score(goods_id) -> goods(id)"],
    ),
    "a number that ends its key, without a separator": (
        """CREATE TABLE borrower (borrowernumber int PRIMARY KEY);
        CREATE TABLE loan (loanno int PRIMARY KEY, borrowernumber int, old_borrowernumber int)""",
        [
            "loan(borrowernumber) -> borrower(borrowernumber)",
            "loan(old_borrowernumber) -> borrower(borrowernumber)",
        ],
    ),
}

NOTHING = {
    "its own name in words of its table": """CREATE TABLE d_part (row_id int PRIMARY KEY, partid int UNIQUE);
        CREATE TABLE d_tool (row_id int PRIMARY KEY);
        CREATE TABLE d_shop (row_id int PRIMARY KEY)""",
    "keys of the same name": """CREATE TABLE posting (entry_id int PRIMARY KEY);
        CREATE TABLE address (entry_id int PRIMARY KEY)""",
    "a number that people write": """CREATE TABLE invoices (id int PRIMARY KEY);
        CREATE TABLE payments (id int PRIMARY KEY, invoice_number int)""",
    "how many there are": """CREATE TABLE votes (id int PRIMARY KEY);
        CREATE TABLE polls (id int PRIMARY KEY, votes int)""",
}


@pytest.mark.parametrize("names", NOTHING)
def test_names_that_refer_to_nothing(database18: Database, names: str) -> None:
    assert [each for each in references(database18, NOTHING[names]) if each.confidence >= 0.6] == []


@pytest.mark.parametrize("style", STYLES)
def test_the_style_of_a_schema_is_learned(database18: Database, style: str) -> None:
    script, expected = STYLES[style]
    assert lines(references(database18, script)) == expected


def test_what_two_tables_share_of_others_refers_to_these(database18: Database) -> None:
    script = """CREATE TABLE thing (thing_id int PRIMARY KEY);
        CREATE TABLE place (place_id int PRIMARY KEY);
        CREATE TABLE thing_place (
            thing_place_id int PRIMARY KEY, thing_id int, place_id int, UNIQUE (thing_id, place_id));
        CREATE TABLE visit (visit_id int PRIMARY KEY, thing_id int, place_id int)"""
    assert lines(references(database18, script)) == [
        "thing_place(place_id) -> place(place_id)",
        "thing_place(thing_id) -> thing(thing_id)",
        "visit(place_id) -> place(place_id)",
        "visit(thing_id) -> thing(thing_id)",
    ]
