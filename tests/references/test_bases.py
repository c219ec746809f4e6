"""Tables that share a key: which of them is the base that others refer to, and which extend it."""

import pytest

from tests.references.inferring import lines, references
from tests.servers import Database

BASES = {
    "called so, but for noise": (
        """CREATE TABLE vm_static (vm_guid uuid PRIMARY KEY); CREATE TABLE vm_dynamic (vm_guid uuid PRIMARY KEY);
        INSERT INTO vm_static SELECT gen_random_uuid() FROM generate_series(1, 90);
        INSERT INTO vm_dynamic SELECT vm_guid FROM vm_static;
        CREATE TABLE disks (disk_id int PRIMARY KEY, vm_guid uuid);
        INSERT INTO disks SELECT row_number() OVER (), vm_guid FROM vm_static; ANALYZE""",
        ["disks(vm_guid) -> vm_static(vm_guid)", "vm_dynamic(vm_guid) -> vm_static(vm_guid)"],
    ),
    "the other's words and one more": (
        """CREATE TABLE wf_actions (action_id int PRIMARY KEY); CREATE TABLE wf_fsm_actions (action_id int PRIMARY KEY);
        INSERT INTO wf_actions SELECT 3 * n FROM generate_series(1, 90) AS n;
        INSERT INTO wf_fsm_actions SELECT action_id FROM wf_actions;
        CREATE TABLE logs (log_id int PRIMARY KEY, action_id int);
        INSERT INTO logs SELECT action_id / 3, action_id FROM wf_actions; ANALYZE""",
        ["logs(action_id) -> wf_actions(action_id)", "wf_fsm_actions(action_id) -> wf_actions(action_id)"],
    ),
    "the key's name tells another table": (
        """CREATE TABLE servers (id int PRIMARY KEY); CREATE TABLE proxy_info (server_id int PRIMARY KEY);
        INSERT INTO servers SELECT 3 * n FROM generate_series(1, 90) AS n;
        INSERT INTO proxy_info SELECT id FROM servers;
        CREATE TABLE sessions (session_id int PRIMARY KEY, old_server_id int);
        INSERT INTO sessions SELECT id / 3, id FROM servers; ANALYZE""",
        ["proxy_info(server_id) -> servers(id)", "sessions(old_server_id) -> servers(id)"],
    ),
    "the unique id beside a primary key that tells nothing": (
        """CREATE TABLE structures (cd_id int PRIMARY KEY, id int UNIQUE);
        INSERT INTO structures SELECT n, 5 * n FROM generate_series(1, 90) AS n;
        CREATE TABLE doses (dose_id int PRIMARY KEY, struct_id int);
        INSERT INTO doses SELECT n, 5 * n FROM generate_series(1, 90) AS n; ANALYZE""",
        ["doses(struct_id) -> structures(id)"],
    ),
}


@pytest.mark.parametrize("case", BASES)
def test_others_refer_to_the_base(database18: Database, case: str) -> None:
    script, expected = BASES[case]
    found = references(database18, script)
    assert lines(tuple(each for each in found if each.confidence >= 0.6)) == expected


def test_what_holds_some_rows_alone_is_meant_where_it_holds_all_values(database18: Database) -> None:
    script = """CREATE TABLE persons (person_id int PRIMARY KEY); CREATE TABLE doctors (person_id int PRIMARY KEY);
        INSERT INTO persons SELECT 3 * n FROM generate_series(1, 999) AS n;
        INSERT INTO doctors SELECT 33 * n FROM generate_series(1, 90) AS n;
        CREATE TABLE doctor_hours (hour_id int PRIMARY KEY, person_id int);
        INSERT INTO doctor_hours SELECT n, 33 * n FROM generate_series(1, 90) AS n; ANALYZE"""
    assert "doctor_hours(person_id) -> doctors(person_id)" in lines(references(database18, script))
