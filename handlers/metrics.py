"""What is counted and timed, for Prometheus: no names, ids or texts of people."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300)
_ANSWER = (60, 300, 900, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 24 * 3600, 3 * 24 * 3600)


class Metrics:
    """One process's figures."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = Counter(
            "otvet_events", "Updates that came in.", ("channel", "kind", "outcome"), registry=self.registry
        )
        self.questions = Counter("otvet_questions", "Questions registered.", ("channel",), registry=self.registry)
        self.answers = Counter("otvet_answers", "Answers given by officials.", ("channel",), registry=self.registry)
        self.sends = Counter(
            "otvet_sends", "Tries to carry out an effect.", ("channel", "role", "outcome"), registry=self.registry
        )
        self.send_seconds = Histogram(
            "otvet_send_seconds", "How long a platform took.", ("channel",), buckets=_SECONDS, registry=self.registry
        )
        self.card_seconds = Histogram(
            "otvet_question_to_card_seconds",
            "From a question's registration to its card in the admin chat.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.first_answer_seconds = Histogram(
            "otvet_question_to_first_answer_seconds",
            "From a question's registration to its first answer.",
            buckets=_ANSWER,
            registry=self.registry,
        )
        self.outbox_depth = Gauge(
            "otvet_outbox_entries", "Entries that wait.", ("channel", "priority"), registry=self.registry
        )
        self.outbox_age = Gauge(
            "otvet_outbox_oldest_seconds", "Age of the oldest.", ("channel", "priority"), registry=self.registry
        )
        self.waiting = Gauge("otvet_questions_waiting", "Questions without an answer.", registry=self.registry)
        self.subscriptions = Gauge(
            "otvet_subscriptions",
            "Residents who want news of this.",
            ("about", "slug"),
            registry=self.registry,
        )
        self.unknown_outcomes = Counter(
            "otvet_outcomes_unknown",
            "Sends cut off in the middle, settled by their kind.",
            ("channel",),
            registry=self.registry,
        )
        self.alarms = Counter(
            "otvet_alarms", "Things that somebody has to look at.", ("channel", "what"), registry=self.registry
        )

    def page(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)
