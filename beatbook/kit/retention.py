"""What the backbone keeps only for a while."""

from datetime import timedelta

from beatbook.kit.timers import Timer, WorkerContext

ANSWERS_KEPT = timedelta(days=2)
"""How long the answer of an idempotent POST can be given again: it may hold what its owner would guard better."""


async def forget_answers(context: WorkerContext) -> None:
    """Forget answers kept for a replay longer than two days."""
    pool = await context.database.pool()
    await pool.execute("delete from idempotency_keys where created_at < $1", context.clock() - ANSWERS_KEPT)


FORGET_ANSWERS = Timer(name="forget-answers", every=timedelta(hours=1), run=forget_answers)
