"""The words that names are made of, in the languages in which schemas are mostly written; all singular, lower case."""

KEY_WORDS = frozenset(
    """
    id key code uuid guid no num nr nbr number pk fk sk cd ref oid uid cod codigo clave cve cle
    nummer kennung kuerzel schluessel
    """.split()  # noqa: SIM905
)
"""A column whose name ends so holds a key, of its own table or of another."""

LEADING_KEY_WORDS = frozenset("id fk cod code codigo cve clave uuid".split())  # noqa: SIM905
"""Where these stand first: `id_paciente`, `fk_facture`, `cod_provincia`."""

NUMBER_WORDS = frozenset("no num nr nbr number code ref cd cod codigo nummer kuerzel".split())  # noqa: SIM905
"""Those that people count or abbreviate by: an `order_number` is seldom the `id` of an order."""

NATURAL_KEY_WORDS = KEY_WORDS | {"name", "slug", "symbol", "email", "login", "username", "abbreviation", "iso"}
"""What a text key is called."""

GENERIC_WORDS = NATURAL_KEY_WORDS | frozenset(
    """
    type status state kind value label title description version position rank level priority token hash date
    time year month day count amount total score size length width height content body text note data url path
    category class parent owner user row seq sequence order sort flag language locale md5 sha256 checksum address phone
    nom nombre numero bezeichnung beschreibung descripcion libelle titre titel fecha datum estado etat tipo typ orden
    """.split()  # noqa: SIM905
)
"""Column names that many tables share without referring to each other."""

PARENT_WORDS = frozenset(
    """
    parent root previous prev next predecessor successor ancestor supersede superseded superior
    padre pere ober uebergeordnet vorgaenger nachfolger precedent anterior
    """.split()  # noqa: SIM905
)
ABOVE_PHRASES = frozenset({"reportsto", "reportto", "replyto", "inreplyto", "repliesto", "mergedinto", "copyof"})
"""Together with PARENT_WORDS: the column refers to its own table."""

ACTOR_WORDS = frozenset(
    """
    creator author owner updater uploader approver reviewer assignee assigner requester reporter sender recipient
    receiver modifier editor moderator inviter invitee deleter publisher submitter banner purchaser redeemer
    manager supervisor assignor verifier operator performer initiator actor closer resolver locker blocker
    annotator rep representative agent setter requestee voter proposer seconder collector voider buyer seller cashier
    follower commenter organizer coordinator leader signer grantor grantee translator salesrep salesperson who whom
    poster requestor scheduler staff digitizer digitiser validator selector allocator orderer grader nominator
    inspector handler contributor curator maintainer originator administrator admin instructor examiner evaluator
    recorder observer dispatcher patron user usr
    ersteller bearbeiter sachbearbeiter vertreter vorgesetzter verantwortlich verantwortlicher leiter besteller pruefer
    auteur createur valideur gestionnaire redacteur demandeur destinataire expediteur proprietaire
    autor creador solicitante jefe propietario remitente destinatario responsable responsavel autore
    """.split()  # noqa: SIM905
)
"""People in a role: the column refers to the table of users."""

ABOVE_PEOPLE = frozenset({"manager", "supervisor", "superior", "boss", "lead"})
"""In a table of people another one of them."""

THINGS_AS_WELL = frozenset("handler selector scheduler allocator validator locker blocker setter".split())  # noqa: SIM905
"""Of these the ones that may be a program or a thing: people where a word for key follows, `scheduler_id`."""

NOBODY = frozenset("is has can num max min n no count".split())  # noqa: SIM905
"""What begins so counts people, or says that it is one: `is_admin`."""

COUNTED_ON = frozenset({"next", "previous", "prev"})
"""With a word for number they are no row: `next_number`."""

COPY_WORDS = frozenset("backup bak old copy tmp temp archive archived history hist log audit stg staging bkp".split())  # noqa: SIM905
"""What a copy of a table adds to its name: `orders_backup` keeps what was deleted from orders."""

ACTOR_PHRASES = frozenset({("assigned", "to"), ("delegated", "to"), ("escalated", "to")})
"""The same in two words."""

TRAILING_ROLES = frozenset("from to old new source target src dst parent trx one two 1 2 3 4 a b".split())  # noqa: SIM905
"""Roles that stand behind what they qualify: `account_from`, `user_2_id`."""

GLUED_ROLES = frozenset(
    """
    src source dst dest destination target sub super parent child root old new from to orig ship bill home holding subj
    obj prev next default base ref main master link pre post related
    """.split()  # noqa: SIM905
)
"""Roles that stand before a name without a separator: `srcfeature_id`."""

OPPOSITES = (
    ("parent", "child"), ("subject", "object"), ("subj", "obj"), ("source", "target"), ("src", "dst"), ("from", "to"),
    ("ancestor", "descendant"), ("predecessor", "successor"), ("left", "right"), ("first", "second"), ("a", "b"),
)  # fmt: skip
"""Two columns with these roles, side by side: the two ends of a link between rows of one table."""

FOREIGN_WORDS = frozenset(
    "external ext extern legacy provider remote thirdparty stripe paypal github gitlab google facebook twitter slack sfdc aws oauth sso".split()  # noqa: SIM905, E501
)
"""As a role they say that the key is somebody else's: `stripe_customer_id`."""

PEOPLE = (
    "user", "usr", "benutzer", "utilisateur", "usuario", "account", "person", "people", "member", "employee",
    "mitarbeiter", "employe", "empleado", "staff", "profile", "customer", "admin", "borrower", "patron", "editor",
    "worker", "operator", "contact",
)  # fmt: skip
"""Tables of people, the likeliest to be who acts first."""

TABLE_NOISE = frozenset(
    "all b f tl tbl tab table master mst info registry dictionary static lookup".split()  # noqa: SIM905
)
"""What stands behind a table's name and says nothing of what it holds: `po_headers_all`."""

GLUED_NOISE = ("info", "registry", "master", "dictionary", "lookup", "defs", "def")
"""The same without a separator: `userinfo`."""
