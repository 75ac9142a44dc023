"""The options of a build."""

from __future__ import annotations

from dataclasses import dataclass, field

from stancebook.parallel.chunking import ChunkPolicy


@dataclass(frozen=True)
class BuildOptions:
    """How a build runs; no option changes what it gives.

    Attributes:
        jobs: The number of processes; None for one per core if the corpus is large enough.
        cluster: The address of a Dask scheduler, such as `tcp://10.0.0.5:8786`, whose workers build the chunks.
        use_cache: Whether chunks that are unchanged since the last build are reused.
        chunk_policy: How large chunks are. Corpora of one chunk are built in memory.
    """

    jobs: int | None = None
    cluster: str | None = None
    use_cache: bool = True
    chunk_policy: ChunkPolicy = field(default_factory=ChunkPolicy)
