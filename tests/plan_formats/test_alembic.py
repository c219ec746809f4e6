"""The Alembic revision, run by Alembic."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from psycopg.conninfo import conninfo_to_dict

from tests.plan_formats.running import blockers, in_small_batches, state, write_plan
from tests.plan_formats.test_steps import REFUSING
from tests.scenarios.test_calliq import with_its_violated_key_not_valid
from tests.servers import Database, Servers

ENVIRONMENT = """
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


def project(database: Database, folder: Path) -> Config:
    """A team's own Alembic folder, with no revision yet."""
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENVIRONMENT)
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    words = {key: str(value) for key, value in conninfo_to_dict(database.dsn).items()}
    config.attributes["url"] = sa.URL.create("postgresql+psycopg", database=words.pop("dbname"), query=words)
    command.ensure_version(config)
    return config


def add_plan(database: Database, config: Config, folder: Path) -> None:
    (file,) = (write_plan(database, "alembic", folder) / "alembic").glob("*.py")
    versions = Path(config.get_main_option("script_location") or "") / "versions"
    file.rename(versions / file.name)


@pytest.mark.parametrize(("version", "batched"), [(16, False), (18, True)])
def test_upgraded_no_blocker_is_left_and_downgraded_no_trace(
    servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, batched: bool
) -> None:
    if batched:
        in_small_batches(monkeypatch)
    with servers.calliq(version).clone() as database:
        config = project(database, tmp_path / "project")
        before = state(database)
        add_plan(database, config, tmp_path)
        (revision,) = (tmp_path / "project" / "versions").glob("*.py")
        assert ("in batches" in revision.read_text(encoding="utf-8")) == batched

        command.upgrade(config, "head")
        assert blockers(database) == []

        command.downgrade(config, "base")
        assert state(database) == with_its_violated_key_not_valid(before)


def test_what_stopped_half_way_is_upgraded_again(servers: Servers, tmp_path: Path) -> None:
    with servers.calliq(18).clone() as database:
        config = project(database, tmp_path / "project")
        before = state(database)
        add_plan(database, config, tmp_path)
        with database.connect() as connection:
            connection.execute(REFUSING)
        with pytest.raises(sa.exc.DBAPIError, match="not now"):
            command.upgrade(config, "head")
        with database.connect() as connection:
            connection.execute("DROP EVENT TRIGGER not_now; DROP FUNCTION not_now")

        command.upgrade(config, "head")
        assert blockers(database) == []

        command.downgrade(config, "base")
        assert state(database) == with_its_violated_key_not_valid(before)


def test_there_is_no_offline_mode(servers: Servers, tmp_path: Path) -> None:
    with servers.calliq(18).clone() as database:
        config = project(database, tmp_path / "project")
        add_plan(database, config, tmp_path)
        offline = (
            (tmp_path / "project" / "env.py")
            .read_text()
            .replace("connection=connection", "dialect_name='postgresql', as_sql=True")
        )
        (tmp_path / "project" / "env.py").write_text(offline)
        with pytest.raises(RuntimeError, match="--plan-format psql"):
            command.upgrade(config, "head", sql=True)
