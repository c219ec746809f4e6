"""Names that are shortened or run together: columns' prefixes, plurals of other languages, roles without separator."""

import pytest

from tests.references.inferring import lines, references
from tests.servers import Database

SHORTENED = {
    "every column carries its table's prefix, keys without or with theirs": (
        """CREATE TABLE date_dim (d_date_sk int PRIMARY KEY, d_date date, d_year int, d_month int);
        CREATE TABLE customer_address (ca_address_sk int PRIMARY KEY, ca_city text, ca_zip text, ca_street text);
        CREATE TABLE customer_demographics (cd_demo_sk int PRIMARY KEY, cd_gender text, cd_size int, cd_band text);
        CREATE TABLE store_sales (ss_sale_id int PRIMARY KEY, ss_sold_date_sk int, ss_addr_sk int, ss_cdemo_sk int);
        CREATE TABLE broker (b_id int PRIMARY KEY, b_name text);
        CREATE TABLE trade (t_id int PRIMARY KEY, t_b_id int, t_qty int, t_when date)""",
        [
            "store_sales(ss_addr_sk) -> customer_address(ca_address_sk)",
            "store_sales(ss_cdemo_sk) -> customer_demographics(cd_demo_sk)",
            "store_sales(ss_sold_date_sk) -> date_dim(d_date_sk)",
            "trade(t_b_id) -> broker(b_id)",
        ],
    ),
    "a table's name behind the prefix, and a title that many tables have": (
        """CREATE TABLE page (page_id int PRIMARY KEY, page_title text, page_len int, page_lang text);
        CREATE TABLE category (cat_id int PRIMARY KEY, cat_title text UNIQUE, cat_pages int, cat_files int);
        CREATE TABLE revision (rev_id int PRIMARY KEY, rev_page int, rev_title text, rev_len int)""",
        ["revision(rev_page) -> page(page_id)"],
    ),
    "who did it, run together": (
        """CREATE TABLE zz_user (id int PRIMARY KEY);
        CREATE TABLE zz_badge (id int PRIMARY KEY, usercreated int, usermodified int)""",
        ["zz_badge(usercreated) -> zz_user(id)", "zz_badge(usermodified) -> zz_user(id)"],
    ),
    "one letter before the key's name": (
        """CREATE TABLE nation (n_nationkey int PRIMARY KEY, n_name text, n_comment text);
        CREATE TABLE supplier (s_suppkey int PRIMARY KEY, s_name text, s_nationkey int, s_comment text)""",
        ["supplier(s_nationkey) -> nation(n_nationkey)"],
    ),
    "plurals that are not English": (
        """CREATE TABLE "Abteilungen" ("ID" int PRIMARY KEY, "Name" text);
        CREATE TABLE especialidades (id int PRIMARY KEY, nombre text);
        CREATE TABLE arzt (id int PRIMARY KEY, abteilung_id int, especialidad_id int)""",
        ["arzt(abteilung_id) -> Abteilungen(ID)", "arzt(especialidad_id) -> especialidades(id)"],
    ),
    "noise behind a table's name": (
        """CREATE TABLE po_vendors_all (vendor_id int PRIMARY KEY, vendor_name text);
        CREATE TABLE po_drafts_all (draft_id int PRIMARY KEY, vendor_id int, old_vendor_id int)""",
        [
            "po_drafts_all(old_vendor_id) -> po_vendors_all(vendor_id)",
            "po_drafts_all(vendor_id) -> po_vendors_all(vendor_id)",
        ],
    ),
    "the end of a table's only word": (
        """CREATE TABLE shop_productreview (id int PRIMARY KEY);
        CREATE TABLE shop_product (id int PRIMARY KEY);
        CREATE TABLE shop_reviewvote (id int PRIMARY KEY);
        CREATE TABLE flagtypes (id int PRIMARY KEY);
        CREATE TABLE flaginclusions (id int PRIMARY KEY, type_id int);
        CREATE TABLE shop_productvote (id int PRIMARY KEY, review_id int)""",
        ["flaginclusions(type_id) -> flagtypes(id)", "shop_productvote(review_id) -> shop_productreview(id)"],
    ),
    "a number called like a text": (
        """CREATE TABLE artist_name (id int PRIMARY KEY, name text);
        CREATE TABLE artist (id int PRIMARY KEY, name int, label text)""",
        ["artist(name) -> artist_name(id)"],
    ),
    "a measure that is a table": (
        """CREATE TABLE zz_ranks (rank_id int PRIMARY KEY);
        CREATE TABLE zz_posts (post_id int PRIMARY KEY, version int, rank_id int, words_count int);
        CREATE TABLE zz_members (member_id int PRIMARY KEY, member_rank_id int)""",
        ["zz_members(member_rank_id) -> zz_ranks(rank_id)", "zz_posts(rank_id) -> zz_ranks(rank_id)"],
    ),
    "a shortened name of a key": (
        """CREATE TABLE hr_units (organization_id int PRIMARY KEY);
        CREATE TABLE po_sites (site_id int PRIMARY KEY, org_id int)""",
        ["po_sites(org_id) -> hr_units(organization_id)"],
    ),
    "the table's prefix goes without saying in an abbreviation": (
        """CREATE TABLE zz_department (id int PRIMARY KEY);
        CREATE TABLE zz_business_unit (id int PRIMARY KEY);
        CREATE TABLE zz_desk (id int PRIMARY KEY, dept_id int)""",
        ["zz_desk(dept_id) -> zz_department(id)"],
    ),
    "noise without a separator": (
        """CREATE TABLE archiveinfo (id int PRIMARY KEY); CREATE TABLE userinfo (id int PRIMARY KEY);
        CREATE TABLE files (file_id int PRIMARY KEY, archive_id int, lastupdatedby int)""",
        ["files(archive_id) -> archiveinfo(id)", "files(lastupdatedby) -> userinfo(id)"],
    ),
    "a prefix of all tables without a separator": (
        "CREATE TABLE rhnserver (id int PRIMARY KEY);"
        + "".join(f"CREATE TABLE rhn{each} (id int PRIMARY KEY);" for each in "abcdefghij")
        + "CREATE TABLE rhnsession (id int PRIMARY KEY, host_server_id int)",
        ["rhnsession(host_server_id) -> rhnserver(id)"],
    ),
    "without vowels": (
        """CREATE TABLE package (id int PRIMARY KEY); CREATE TABLE build (build_no int PRIMARY KEY, pkg_id int)""",
        ["build(pkg_id) -> package(id)"],
    ),
    "it refers, and is a key": (
        """CREATE TABLE escola (cod_escola int PRIMARY KEY);
        CREATE TABLE turma (cod_turma int PRIMARY KEY, ref_cod_escola int, ref_ref_cod_escola int)""",
        ["turma(ref_cod_escola) -> escola(cod_escola)", "turma(ref_ref_cod_escola) -> escola(cod_escola)"],
    ),
    "a prefix with its number": (
        """CREATE TABLE rua (j14_codigo int PRIMARY KEY, j14_nome text, j14_cep text, j14_tipo text);
        CREATE TABLE historico (j136_sequencial int PRIMARY KEY, j136_rua int, j136_data date, j136_obs text)""",
        ["historico(j136_rua) -> rua(j14_codigo)"],
    ),
    "what tables begin with stands behind": (
        """CREATE TABLE cv_medium (term text PRIMARY KEY); CREATE TABLE cv_actiontype (term text PRIMARY KEY);
        CREATE TABLE cv_method (term text PRIMARY KEY);
        CREATE TABLE actions (action_no int PRIMARY KEY, actiontypecv text, medium_cv text)""",
        ["actions(actiontypecv) -> cv_actiontype(term)", "actions(medium_cv) -> cv_medium(term)"],
    ),
    "two numbered ends of a table that is named after two": (
        """CREATE TABLE artist (id int PRIMARY KEY); CREATE TABLE label (id int PRIMARY KEY);
        CREATE TABLE l_artist_label (link int, entity0 int, entity1 int);
        CREATE TABLE l_artist_artist (link int, entity0 int, entity1 int)""",
        [
            "l_artist_artist(entity0) -> artist(id)",
            "l_artist_artist(entity1) -> artist(id)",
            "l_artist_label(entity0) -> artist(id)",
            "l_artist_label(entity1) -> label(id)",
        ],
    ),
    "the one above, in a table about another": (
        """CREATE TABLE tag (id int PRIMARY KEY); CREATE TABLE tag_inheritance (tag_id int, parent_id int, prio int)""",
        ["tag_inheritance(parent_id) -> tag(id)", "tag_inheritance(tag_id) -> tag(id)"],
    ),
    "a table that is named after its column's role": (
        """CREATE TABLE results (resultid int PRIMARY KEY);
        CREATE TABLE relatedresults (relationid int PRIMARY KEY, resultid int, relatedresultid int)""",
        ["relatedresults(relatedresultid) -> results(resultid)", "relatedresults(resultid) -> results(resultid)"],
    ),
    "one column of the key names the table, the other is its scope": (
        """CREATE TABLE province (name text, country text, PRIMARY KEY (name, country));
        CREATE TABLE rivers (river text PRIMARY KEY, province text, country text)""",
        [
            "rivers(province, country) -> province(name, country)",
        ],
    ),
    "it shares a key of two columns with what its name is made of": (
        """CREATE TABLE triggers (trigger_name text, trigger_group text, PRIMARY KEY (trigger_name, trigger_group));
        INSERT INTO triggers SELECT 't' || n, 'g' || n % 7 FROM generate_series(1, 200) AS n;
        CREATE TABLE cron_triggers (LIKE triggers INCLUDING ALL); INSERT INTO cron_triggers TABLE triggers; ANALYZE""",
        ["cron_triggers(trigger_name, trigger_group) -> triggers(trigger_name, trigger_group)"],
    ),
}


@pytest.mark.parametrize("names", SHORTENED)
def test_shortened_names_are_read(database18: Database, names: str) -> None:
    script, expected = SHORTENED[names]
    assert lines(references(database18, script)) == expected


def test_a_role_without_separator_needs_its_values(database18: Database) -> None:
    script = """CREATE TABLE adresse (adresse_id int PRIMARY KEY, ort text);
        INSERT INTO adresse SELECT 7 * n, 'x' FROM generate_series(1, 300) AS n;
        CREATE TABLE auftrag (
            auftrag_id int PRIMARY KEY, lieferadresse_id int, adressezweit_id int, brutadresse_id int);
        INSERT INTO auftrag SELECT n, 7 * n, 7 * (301 - n), n FROM generate_series(1, 300) AS n; ANALYZE"""
    assert lines(references(database18, script)) == [
        "auftrag(adressezweit_id) -> adresse(adresse_id)",
        "auftrag(lieferadresse_id) -> adresse(adresse_id)",
    ]


def test_a_prefix_of_all_columns_is_no_name(database18: Database) -> None:
    script = """CREATE TABLE remark (remark_id int PRIMARY KEY, remark_source_id int, remark_text text, remark_at date);
        INSERT INTO remark SELECT n, n % 11, 'x', now() FROM generate_series(1, 200) AS n; ANALYZE"""
    assert [each for each in references(database18, script) if each.confidence >= 0.6] == []


def test_a_table_s_own_key_is_no_reference_because_another_is_called_alike(database18: Database) -> None:
    script = """CREATE TABLE zz_groups (group_id int PRIMARY KEY, name text);
        CREATE TABLE zz_file_groups (group_id int PRIMARY KEY, name text);
        CREATE TABLE zz_files (file_id int PRIMARY KEY, name text);
        INSERT INTO zz_groups SELECT n, 'g' FROM generate_series(1, 90) AS n;
        INSERT INTO zz_file_groups SELECT n, 'f' FROM generate_series(1, 60) AS n; ANALYZE"""
    assert [each for each in references(database18, script) if each.confidence >= 0.8] == []


def test_a_key_whose_name_says_nothing_but_that_breaks_nothing(database18: Database) -> None:
    script = """CREATE TABLE sess (s_fk_id int PRIMARY KEY, s_name text, s_a text, s_b text);
        CREATE TABLE hits (h_id int PRIMARY KEY, h_addr_id int, h_x text, h_y text)"""
    assert not references(database18, script)
