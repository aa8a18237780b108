"""Questions: their threads, who did what to them, how long they waited, by which words they are found."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Interval,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from storage.tables.columns import chat, counter, flag, metadata, row_id, string, texts, time, time_or_null

#: The id is the number that people see.
questions = Table(
    "questions",
    metadata,
    row_id(),
    Column("conversation_id", BigInteger, ForeignKey("conversations.id"), nullable=False),
    string("status", "open"),
    string("department"),
    # The admin chat that shows it.
    Column("admin_channel", Text, nullable=False),
    Column("admin_chat_id", Text, nullable=False),
    string("source"),
    time("asked_at"),
    time("due_at"),
    # Since when it waits for an answer; empty when it does not.
    time_or_null("waiting_since"),
    time_or_null("carded_at"),
    time_or_null("first_answered_at"),
    time_or_null("answered_at"),
    time_or_null("closed_at"),
    string("close_reason"),
    # What it is about and where, as its words say; and why it is shown in this admin chat.
    string("topic"),
    string("place"),
    string("routed_by"),
    # The official who has it: `channel:user id`, and his name then.
    string("taken_by"),
    string("taken_name"),
    time_or_null("taken_at"),
    counter("handovers"),
    # How far officials were reminded of it, and when the next time is.
    counter("reminded"),
    time_or_null("remind_at"),
    # While the resident is asked something: the working time that was left when the clock stopped.
    Column("work_left", Interval),
    # When the service does something by itself if the resident stays silent.
    time_or_null("act_at"),
    # Whether he was reminded of what he was asked.
    flag("asked_again"),
    # How it was closed: see bot.model.question.CloseKind.
    string("close_kind"),
    # The known answers that the resident was shown when he asked.
    Column("offered", ARRAY(BigInteger)),
    # When the resident is asked what he thinks of the answer.
    time_or_null("rate_at"),
    # What the service has asked him about it: see bot.model.question.AskedFor. Whether its place is only that of his
    # last question.
    string("asked_for"),
    flag("place_assumed"),
    # By when he was told to have his answer, since it is late; empty: `due_at` is what he was told.
    time_or_null("promised_at"),
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

#: The thread of a question.
messages = Table(
    "messages",
    metadata,
    row_id(),
    # Empty while it is not clear which question an official meant.
    Column("question_id", BigInteger, ForeignKey("questions.id")),
    # See bot.model.question.Author.
    Column("role", Text, nullable=False),
    string("author"),
    *chat(),
    string("album_id"),
    Column("content", JSONB, nullable=False),
    # What it said before, oldest first.
    Column("history", JSONB, nullable=False, server_default=text("'[]'")),
    time("at"),
    time_or_null("edited_at"),
    Index("messages_question_id", "question_id", "id"),
    Index("messages_album", "channel", "chat_id", "album_id", postgresql_where=text("album_id <> ''")),
)

#: Who did what to a question, when, from which chat. Only added to.
actions = Table(
    "actions",
    metadata,
    row_id(),
    Column("question_id", BigInteger, ForeignKey("questions.id"), nullable=False),
    time("at"),
    *chat(),
    string("user_id"),
    string("name"),
    Column("what", Text, nullable=False),
    string("detail"),
    Index("actions_question_id", "question_id", "id"),
)

#: How long residents waited: a row from registration, or from the moment when they opened a question again, to the
#: first answer. What it is about is kept here too: who answered counts, not who has the question later.
waits = Table(
    "waits",
    metadata,
    Column("question_id", BigInteger, ForeignKey("questions.id"), nullable=False),
    # 1 at registration; one more for each time that it was opened again.
    Column("round", SmallInteger, nullable=False),
    time("started_at"),
    # Since when the clock runs; empty while it stands, and at the end.
    time_or_null("running_since"),
    time_or_null("ended_at"),
    # See bot.model.wait.Outcome; empty while somebody waits.
    string("outcome"),
    # Seconds that were counted until the clock stood last: by the clock, and of working time (unknown for what is
    # older than this table).
    Column("clock", Integer, nullable=False, server_default=text("0")),
    Column("worked", Integer),
    time("due_at"),
    Column("channel", Text, nullable=False),
    string("department"),
    string("topic"),
    string("place"),
    string("source"),
    counter("handovers"),
    # The slugs of the departments that had it before: one for each hand-over, in their order.
    texts("handed_by"),
    counter("interims"),
    # The question whose answer was used again.
    Column("helped_by", BigInteger),
    # What the resident thought of the answer, 1 to 5; empty: he did not say.
    Column("rating", SmallInteger),
    # When he was asked for it, when he gave it first, and the message of the thread that says why.
    time_or_null("rating_asked_at"),
    time_or_null("rated_at"),
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

#: Questions of residents who had their data removed, while the law wants them kept. Nothing reads what they say.
sealed = Table(
    "sealed",
    metadata,
    Column("question_id", BigInteger, ForeignKey("questions.id"), primary_key=True, autoincrement=False),
    time("until"),
    Column("content", JSONB, nullable=False),
    Index("sealed_until", "until"),
)
