"""Names in other languages and habits: the word for key stands first, a type before the name, actors of any tongue."""

import pytest

from tests.references.inferring import lines, references
from tests.servers import Database

LANGUAGES = {
    "Spanish: the word for key first, the role last": (
        """CREATE TABLE usuario (id_usuario int PRIMARY KEY, login text);
        CREATE TABLE medico (id_medico int PRIMARY KEY, nombre text);
        CREATE TABLE provincia (cod_provincia text PRIMARY KEY, nombre text);
        CREATE TABLE episodio (id_episodio int PRIMARY KEY, id_medico int, id_medico_solicitante int,
            id_usuario_alta int, cod_provincia text, modificado_por int, id_episodio_previo int)""",
        [
            "episodio(cod_provincia) -> provincia(cod_provincia)",
            "episodio(id_episodio_previo) -> episodio(id_episodio)",
            "episodio(id_medico) -> medico(id_medico)",
            "episodio(id_medico_solicitante) -> medico(id_medico)",
            "episodio(id_usuario_alta) -> usuario(id_usuario)",
            "episodio(modificado_por) -> usuario(id_usuario)",
        ],
    ),
    "French: fk in front, keys called otherwise": (
        """CREATE TABLE zz_utilisateur (rowid int PRIMARY KEY, login text);
        CREATE TABLE zz_produit (rowid int PRIMARY KEY, libelle text);
        CREATE TABLE zz_facture (rowid int PRIMARY KEY, fk_utilisateur_valid int, fk_facture_source int,
            créé_par int);
        CREATE TABLE zz_ligne (rowid int PRIMARY KEY, fk_facture int, fk_produit int)""",
        [
            "zz_facture(créé_par) -> zz_utilisateur(rowid)",
            "zz_facture(fk_facture_source) -> zz_facture(rowid)",
            "zz_facture(fk_utilisateur_valid) -> zz_utilisateur(rowid)",
            "zz_ligne(fk_facture) -> zz_facture(rowid)",
            "zz_ligne(fk_produit) -> zz_produit(rowid)",
        ],
    ),
    "German, with the type before the name": (
        """CREATE TABLE "tblMitarbeiter" ("lngMitarbeiterID" int PRIMARY KEY, "strName" text);
        CREATE TABLE "tblLager" ("lngLagerID" int PRIMARY KEY, "strLager" text, "lngVerantwortlichID" int);
        CREATE TABLE "tblAuftrag" ("lngAuftragID" int PRIMARY KEY, "lngAuftragNr" int UNIQUE, "lngLagerID" int,
            "lngErstelltVonID" int, "lngSachbearbeiterID" int)""",
        [
            "tblAuftrag(lngErstelltVonID) -> tblMitarbeiter(lngMitarbeiterID)",
            "tblAuftrag(lngLagerID) -> tblLager(lngLagerID)",
            "tblAuftrag(lngSachbearbeiterID) -> tblMitarbeiter(lngMitarbeiterID)",
            "tblLager(lngVerantwortlichID) -> tblMitarbeiter(lngMitarbeiterID)",
        ],
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_read_in_other_languages(database18: Database, language: str) -> None:
    script, expected = LANGUAGES[language]
    assert lines(references(database18, script)) == expected
