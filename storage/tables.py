"""The schema, once: migrations are checked against it, statements are written for it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _time(name: str, *, null: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=null)


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


#: Every update that came in, once: the unique key is what makes a redelivery harmless.
events = Table(
    "events",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    # done, failed (a bug; kept for `otvet events replay`), waiting (for the receipt of the card it replies to)
    _text("status", "done"),
    _text("error"),
    # What the platform was answered, when a message rode in the answer: a redelivery gets the same.
    Column("reply", Text),
    # The whole chat in which it happened; empty where that is not clear.
    _text("chat_id"),
    _now("received_at"),
    UniqueConstraint("channel", "key"),
    Index("events_received_at", "received_at"),
    Index("events_unfinished", "id", postgresql_where=text("status <> 'done'")),
)

#: One row for each resident's chat; locked while an event of it is handled.
conversations = Table(
    "conversations",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    _text("user_id"),
    _text("name"),
    _text("username"),
    # The messenger's, and the one that the resident chose instead.
    _text("language"),
    _text("chosen_language"),
    # Where the resident came from; the next question takes it along.
    _text("source"),
    _time("source_at"),
    # The place that he named or chose last, a slug: his next question takes it, if it names none.
    _text("place"),
    # The question that his next message may join.
    Column("question_id", BigInteger),
    Column("wants_new", Boolean, nullable=False, server_default=text("false")),
    _time("greeted_at"),
    # Set while nothing can be sent: the resident blocked the bot.
    _time("stopped_at"),
    # Until when what he writes reaches nobody, why, and when he was told so.
    _time("banned_until"),
    _text("ban_reason"),
    _time("ban_told_at"),
    # What his next message is: see bot.model.question.NextIs; of which question, of which of its waits, until when.
    _text("next_is"),
    Column("next_of", BigInteger),
    Column("next_round", SmallInteger, nullable=False, server_default=text("0")),
    _time("next_until"),
    # What he may type in the place of a button under the page that he was shown last, with the button's data, as JSON.
    _text("buttons"),
    _time("buttons_until"),
    # The last answer that he was asked to rate, and until when a digit alone says what he thinks of it.
    Column("rating_of", BigInteger),
    Column("rating_round", SmallInteger, nullable=False, server_default=text("0")),
    _time("rating_until"),
    # The version of the text that he consented to; when he was last asked to, while he has not said.
    _text("consented"),
    _time("consent_asked_at"),
    # When he asked for a file with his data; to have it removed, while he has not confirmed it.
    _time("mydata_at"),
    _time("forget_asked_at"),
    # When he last wrote or pressed something.
    _now("seen_at"),
    # Set when he had his data removed: the row stands for his questions' sake, with a made-up chat.
    _time("forgotten_at"),
    _now("created_at"),
    UniqueConstraint("channel", "chat_id"),
    Index("conversations_nameless", "channel", "user_id", postgresql_where=text("name = ''")),
)

#: The id is the number that people see.
questions = Table(
    "questions",
    metadata,
    _id(),
    Column("conversation_id", BigInteger, ForeignKey("conversations.id"), nullable=False),
    _text("status", "open"),
    _text("department"),
    # The admin chat that shows it.
    Column("admin_channel", Text, nullable=False),
    Column("admin_chat_id", Text, nullable=False),
    _text("source"),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    # Since when it waits for an answer; empty when it does not.
    _time("waiting_since"),
    _time("carded_at"),
    _time("first_answered_at"),
    _time("answered_at"),
    _time("closed_at"),
    _text("close_reason"),
    # What it is about and where, as its words say; and why it is shown in this admin chat.
    _text("topic"),
    _text("place"),
    _text("routed_by"),
    # The official who has it: `channel:user id`, and his name then.
    _text("taken_by"),
    _text("taken_name"),
    _time("taken_at"),
    Column("handovers", SmallInteger, nullable=False, server_default=text("0")),
    # How far officials were reminded of it, and when the next time is.
    Column("reminded", SmallInteger, nullable=False, server_default=text("0")),
    _time("remind_at"),
    # While the resident is asked something: the working time that was left when the clock stopped.
    Column("work_left", Interval),
    # When the service does something by itself if the resident stays silent.
    _time("act_at"),
    # Whether he was reminded of what he was asked.
    Column("asked_again", Boolean, nullable=False, server_default=text("false")),
    # How it was closed: see bot.model.question.CloseKind.
    _text("close_kind"),
    # The known answers that the resident was shown when he asked.
    Column("offered", ARRAY(BigInteger)),
    # When the resident is asked what he thinks of the answer.
    _time("rate_at"),
    # What the service has asked him about it: see bot.model.question.AskedFor. Whether its place is only that of his
    # last question.
    _text("asked_for"),
    Column("place_assumed", Boolean, nullable=False, server_default=text("false")),
    # By when he was told to have his answer, since it is late; empty: `due_at` is what he was told.
    _time("promised_at"),
    Index("questions_conversation_id", "conversation_id"),
    Index("questions_rate_at", "rate_at", "id", postgresql_where=text("rate_at IS NOT NULL")),
    Index("questions_closed_at", "closed_at", "id", postgresql_where=text("closed_at IS NOT NULL")),
    Index("questions_act_at", "act_at", "id", postgresql_where=text("act_at IS NOT NULL")),
    Index("questions_waiting_since", "waiting_since", "id", postgresql_where=text("waiting_since IS NOT NULL")),
    Index(
        "questions_waiting",
        "admin_channel",
        "admin_chat_id",
        "waiting_since",
        postgresql_where=text("waiting_since IS NOT NULL"),
    ),
    Index(
        "questions_taken_by",
        "taken_by",
        "waiting_since",
        postgresql_where=text("waiting_since IS NOT NULL AND taken_by <> ''"),
    ),
    Index(
        "questions_due_there",
        "admin_channel",
        "admin_chat_id",
        "due_at",
        "id",
        postgresql_where=text("waiting_since IS NOT NULL"),
    ),
    Index("questions_due_at", "due_at", "id", postgresql_where=text("waiting_since IS NOT NULL")),
    Index(
        "questions_remind_at",
        "remind_at",
        "id",
        postgresql_where=text("waiting_since IS NOT NULL AND remind_at IS NOT NULL"),
    ),
    Index("questions_late", "due_at", "id", postgresql_where=text("waiting_since IS NOT NULL AND promised_at IS NULL")),
)

#: How long residents waited: a row from registration, or from the moment when they opened a question again, to the
#: first answer. What it is about is kept here too: who answered counts, not who has the question later.
waits = Table(
    "waits",
    metadata,
    Column("question_id", BigInteger, ForeignKey("questions.id"), nullable=False),
    # 1 at registration; one more for each time that it was opened again.
    Column("round", SmallInteger, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    # Since when the clock runs; empty while it stands, and at the end.
    _time("running_since"),
    _time("ended_at"),
    # See bot.model.wait.Outcome; empty while somebody waits.
    _text("outcome"),
    # Seconds that were counted until the clock stood last: by the clock, and of working time (unknown for what is
    # older than this table).
    Column("clock", Integer, nullable=False, server_default=text("0")),
    Column("worked", Integer),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("channel", Text, nullable=False),
    _text("department"),
    _text("topic"),
    _text("place"),
    _text("source"),
    Column("handovers", SmallInteger, nullable=False, server_default=text("0")),
    # The slugs of the departments that had it before: one for each hand-over, in their order.
    Column("handed_by", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("interims", SmallInteger, nullable=False, server_default=text("0")),
    # The question whose answer was used again.
    Column("helped_by", BigInteger),
    # What the resident thought of the answer, 1 to 5; empty: he did not say.
    Column("rating", SmallInteger),
    # When he was asked for it, when he gave it first, and the message of the thread that says why.
    _time("rating_asked_at"),
    _time("rated_at"),
    Column("comment_id", BigInteger),
    PrimaryKeyConstraint("question_id", "round"),
    Index("waits_started_at", "started_at"),
    # Where there is none, it lasts.
    Index("waits_ended_at", "ended_at"),
    # Few are handed over: these are counted by who did it.
    Index("waits_handed_on", "started_at", postgresql_where=text("handed_by <> '{}'")),
)

#: The words of whole questions, for full text search; written a moment later, by a job.
found_by = Table(
    "found_by",
    metadata,
    # No foreign key: it would have to lock questions that are being answered, and none is ever deleted.
    Column("question_id", BigInteger, primary_key=True, autoincrement=False),
    # Weights: A the resident's words, B what officials said to him, C internal notes, D his name; beside these, words
    # that no text has: where it is shown, how it stands, what it is about (see storage.found_by).
    Column("words", TSVECTOR, nullable=False),
    Index("found_by_words", "words", postgresql_using="gin", postgresql_with={"gin_pending_list_limit": 1024}),
)

#: Questions whose words in `found_by` are older than they are. A question may be there several times.
unindexed = Table(
    "unindexed",
    metadata,
    Column("question_id", BigInteger, nullable=False),
    # The newest are taken first.
    Index("unindexed_question_id", "question_id"),
)

#: Long work that was asked for, or is done at a certain time: pictures, exports, reports.
chores = Table(
    "chores",
    metadata,
    _id(),
    # See handlers.chores; the same kind with the same key is there once.
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("arguments", JSONB, nullable=False),
    _time("not_before", null=False),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    UniqueConstraint("kind", "key"),
    Index("chores_not_before", "not_before"),
)

#: Who did what to a question, when, from which chat. Only added to.
actions = Table(
    "actions",
    metadata,
    _id(),
    Column("question_id", BigInteger, ForeignKey("questions.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    _text("user_id"),
    _text("name"),
    Column("what", Text, nullable=False),
    _text("detail"),
    Index("actions_question_id", "question_id", "id"),
)

#: The thread of a question.
messages = Table(
    "messages",
    metadata,
    _id(),
    # Empty while it is not clear which question an official meant.
    Column("question_id", BigInteger, ForeignKey("questions.id")),
    # See bot.model.question.Author.
    Column("role", Text, nullable=False),
    _text("author"),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    _text("album_id"),
    Column("content", JSONB, nullable=False),
    # What it said before, oldest first.
    Column("history", JSONB, nullable=False, server_default=text("'[]'")),
    Column("at", DateTime(timezone=True), nullable=False),
    _time("edited_at"),
    Index("messages_question_id", "question_id", "id"),
    Index("messages_album", "channel", "chat_id", "album_id", postgresql_where=text("album_id <> ''")),
)

#: Which platform message belongs to which question: how a reply finds its way. Never expires.
links = Table(
    "links",
    metadata,
    Column("channel", Text, nullable=False),
    # The whole chat: platforms number messages across a group's topics.
    Column("chat_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    # Empty: the message shows no question, or several.
    Column("question_id", BigInteger),
    # The message of the thread that it shows.
    Column("thread_message_id", BigInteger),
    # The outbox entry that made it; empty for what people wrote.
    Column("entry_id", BigInteger),
    Column("part", SmallInteger, nullable=False, server_default=text("0")),
    Column("role", Text, nullable=False),
    PrimaryKeyConstraint("channel", "chat_id", "message_id"),
    Index("links_entry_id", "entry_id", postgresql_where=text("entry_id IS NOT NULL")),
    Index("links_thread_message_id", "thread_message_id", postgresql_where=text("thread_message_id IS NOT NULL")),
)

#: Which version of the text a resident consented to, and when. Only added to.
consents = Table(
    "consents",
    metadata,
    _id(),
    Column("conversation_id", BigInteger, ForeignKey("conversations.id"), nullable=False),
    Column("version", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # button, word
    Column("by", Text, nullable=False),
    Index("consents_conversation_id", "conversation_id"),
)

#: What a resident wrote before he consented: registered then, in this order, and shown to nobody until then.
set_aside = Table(
    "set_aside",
    metadata,
    _id(),
    Column("conversation_id", BigInteger, ForeignKey("conversations.id"), nullable=False),
    Column("message_id", Text, nullable=False),
    _text("album_id"),
    Column("content", JSONB, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # He had pressed «Новый вопрос» before it.
    Column("opens", Boolean, nullable=False, server_default=text("false")),
    Column("kept_at", DateTime(timezone=True), nullable=False),
    Index("set_aside_conversation_id", "conversation_id", "id"),
    Index("set_aside_kept_at", "kept_at"),
)

#: Questions of residents who had their data removed, while the law wants them kept. Nothing reads what they say.
sealed = Table(
    "sealed",
    metadata,
    Column("question_id", BigInteger, ForeignKey("questions.id"), primary_key=True, autoincrement=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("content", JSONB, nullable=False),
    Index("sealed_until", "until"),
)

#: Where something of a resident may still be who had his data removed: see storage.traces. Gone when that is done.
traces = Table(
    "traces",
    metadata,
    _id(),
    _time("not_before", null=False),
    Column("arguments", JSONB, nullable=False),
    Index("traces_not_before", "not_before"),
)

#: The queue: one row is one effect on a platform.
outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("chat_kind", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    # Entries of one strand of a chat keep their order; strands may overtake each other by priority.
    _text("strand"),
    # Which class of bot.model.message `effect` holds, as JSON.
    Column("kind", Text, nullable=False),
    Column("effect", LargeBinary, nullable=False),
    Column("question_id", BigInteger),
    Column("thread_message_id", BigInteger),
    # The entry whose message this one replies to, edits or deletes: its id is known when that was sent.
    Column("about_entry_id", BigInteger),
    Column("about_part", SmallInteger, nullable=False, server_default=text("0")),
    # The entry that shows this one's card among others.
    Column("merged_into", BigInteger),
    Column("not_before", DateTime(timezone=True), nullable=False, server_default=func.now()),
    _time("expires_at"),
    # waiting, sending, sent, dead (kept, with last_error), dropped (no longer needed), merged (shown in another)
    _text("state", "waiting"),
    # The owner's epoch while it is being sent.
    Column("epoch", BigInteger),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    _text("last_error"),
    _now("created_at"),
    _time("first_try_at"),
    _time("finished_at"),
    Index(
        "outbox_waiting",
        "channel",
        "chat_id",
        "priority",
        "id",
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "outbox_strand",
        "channel",
        "chat_id",
        "strand",
        "id",
        postgresql_where=text("state IN ('waiting', 'sending')"),
    ),
    Index("outbox_sending", "channel", "epoch", postgresql_where=text("state = 'sending'")),
    Index(
        "outbox_expires_at",
        "channel",
        "expires_at",
        postgresql_where=text("state = 'waiting' AND expires_at IS NOT NULL"),
    ),
    Index("outbox_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index("outbox_dead", "id", postgresql_where=text("state = 'dead'")),
    Index("outbox_thread_message_id", "thread_message_id", postgresql_where=text("thread_message_id IS NOT NULL")),
    Index("outbox_question_id", "question_id", postgresql_where=text("question_id IS NOT NULL")),
)

#: Who sends for a channel, by the database's clock.
leases = Table(
    "leases",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    # The owner's connection to the database: when the server has lost it, the owner is dead, and nobody need wait.
    _text("session"),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

#: Admin chats that moved (a group became a supergroup): settings keep the old address.
moves = Table(
    "moves",
    metadata,
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("to_chat_id", Text, nullable=False),
    _now("moved_at"),
    PrimaryKeyConstraint("channel", "chat_id"),
)

#: Groups that were tied to a department with `/bind`: they win over the settings.
bindings = Table(
    "bindings",
    metadata,
    Column("department", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    _text("bound_by"),
    _now("bound_at"),
)

#: Codes for `/bind`, good for one time: their SHA-256 alone is kept.
bind_codes = Table(
    "bind_codes",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("department", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

#: Texts that officials use again and again, by the department whose they are; empty: everybody's.
templates = Table(
    "templates",
    metadata,
    _id(),
    _text("department"),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    _text("saved_by"),
    _now("saved_at"),
    UniqueConstraint("department", "name"),
)

#: Questions whose answers are known; those of the file are taken over at the start, until somebody edits them here.
faq = Table(
    "faq",
    metadata,
    _id(),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    _text("topic"),
    # Other ways to ask the same.
    Column("also", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("from_file", Boolean, nullable=False, server_default=text("false")),
    Column("is_off", Boolean, nullable=False, server_default=text("false")),
    # Empty: nobody has changed what the file says.
    _text("edited_by"),
    _time("edited_at"),
    # How often it was shown under a confirmation, and how often that was enough.
    Column("shown", BigInteger, nullable=False, server_default=text("0")),
    Column("helped", BigInteger, nullable=False, server_default=text("0")),
    # Compared without regard to case and spaces: see bot.conversation.faq.fold.
    Column("folded", Text, nullable=False),
    UniqueConstraint("folded"),
)

#: Which news residents want.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("conversation_id", BigInteger, ForeignKey("conversations.id"), nullable=False),
    # See bot.model.subscription.About; of a place or a topic its slug.
    Column("kind", Text, nullable=False),
    _text("slug"),
    _now("at"),
    PrimaryKeyConstraint("conversation_id", "kind", "slug"),
    Index("subscriptions_kind", "kind", "slug", "conversation_id"),
)

#: Cursors, secrets made by us, upload ids.
kept = Table(
    "kept",
    metadata,
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    _time("expires_at"),
    PrimaryKeyConstraint("channel", "name"),
)

#: The chats of the web channel: the row is locked while a message is added, so that versions appear in order.
log_chats = Table(
    "log_chats",
    metadata,
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("channel", "chat_id"),
)

log_items = Table(
    "log_items",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("files", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    UniqueConstraint("channel", "chat_id", "key"),
    Index("log_items_version", "channel", "chat_id", "version"),
    Index("log_items_files", "files", postgresql_using="gin"),
)
