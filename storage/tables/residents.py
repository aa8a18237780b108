"""Residents: where each stands in the dialog, what he consented to and wants to hear, what is left of him."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB

from storage.tables.columns import (
    chat,
    counter,
    flag,
    metadata,
    row_id,
    string,
    time,
    time_of_insert,
    time_or_null,
)

#: One row for each resident's chat; locked while an event of it is handled.
conversations = Table(
    "conversations",
    metadata,
    row_id(),
    *chat(),
    string("user_id"),
    string("name"),
    string("username"),
    # The messenger's, and the one that the resident chose instead.
    string("language"),
    string("chosen_language"),
    # Where the resident came from; the next question takes it along.
    string("source"),
    time_or_null("source_at"),
    # The place that he named or chose last, a slug: his next question takes it, if it names none.
    string("place"),
    # The topic, in the same way: it is never taken, but offered first where the next question does not say its own.
    string("topic"),
    # The question that his next message may join.
    Column("question_id", BigInteger),
    flag("wants_new"),
    time_or_null("greeted_at"),
    # Set while nothing can be sent: the resident blocked the bot.
    time_or_null("stopped_at"),
    # Until when what he writes reaches nobody, why, and when he was told so.
    time_or_null("banned_until"),
    string("ban_reason"),
    time_or_null("ban_told_at"),
    # What his next message is: see bot.model.question.NextIs; of which question, of which of its waits, until when.
    string("next_is"),
    Column("next_of", BigInteger),
    counter("next_round"),
    time_or_null("next_until"),
    # What he may type in the place of a button under the page that he was shown last, with the button's data, as JSON.
    string("buttons"),
    time_or_null("buttons_until"),
    # The last answer that he was asked to rate, and until when a digit alone says what he thinks of it.
    Column("rating_of", BigInteger),
    counter("rating_round"),
    time_or_null("rating_until"),
    # The version of the text that he consented to; when he was last asked to, while he has not said.
    string("consented"),
    time_or_null("consent_asked_at"),
    # When he asked for a file with his data; to have it removed, while he has not confirmed it.
    time_or_null("mydata_at"),
    time_or_null("forget_asked_at"),
    # When he last wrote or pressed something.
    time_of_insert("seen_at"),
    # Set when he had his data removed: the row stands for his questions' sake, with a made-up chat.
    time_or_null("forgotten_at"),
    time_of_insert("created_at"),
    UniqueConstraint("channel", "chat_id"),
    Index("conversations_nameless", "channel", "user_id", postgresql_where=text("name = ''")),
)

#: Which news residents want.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("conversation_id", BigInteger, ForeignKey("conversations.id"), nullable=False),
    # See bot.model.subscription.About; of a place or a topic its slug.
    Column("kind", Text, nullable=False),
    string("slug"),
    time_of_insert("at"),
    PrimaryKeyConstraint("conversation_id", "kind", "slug"),
    Index("subscriptions_kind", "kind", "slug", "conversation_id"),
)

#: Which version of the text a resident consented to, and when. Only added to.
consents = Table(
    "consents",
    metadata,
    row_id(),
    Column("conversation_id", BigInteger, ForeignKey("conversations.id"), nullable=False),
    Column("version", Text, nullable=False),
    time("at"),
    # button, word
    Column("by", Text, nullable=False),
    Index("consents_conversation_id", "conversation_id"),
)

#: What a resident wrote before he consented: registered then, in this order, and shown to nobody until then.
set_aside = Table(
    "set_aside",
    metadata,
    row_id(),
    Column("conversation_id", BigInteger, ForeignKey("conversations.id"), nullable=False),
    Column("message_id", Text, nullable=False),
    string("album_id"),
    Column("content", JSONB, nullable=False),
    time("at"),
    # He had pressed «Новый вопрос» before it.
    flag("opens"),
    time("kept_at"),
    Index("set_aside_conversation_id", "conversation_id", "id"),
    Index("set_aside_kept_at", "kept_at"),
)

#: Where something of a resident may still be who had his data removed: see storage.traces. Gone when that is done.
traces = Table(
    "traces",
    metadata,
    row_id(),
    time("not_before"),
    Column("arguments", JSONB, nullable=False),
    Index("traces_not_before", "not_before"),
)
