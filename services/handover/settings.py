"""What the handover service is told from outside besides."""

from beatbook.kit.settings import ServiceSettings


class HandoverSettings(ServiceSettings):
    """Settings of the handover service."""

    forum_public_url: str = ""
    """Where readers of a brief reach the forum service: links to minutes and decisions begin with it.

    When it is not given they are paths such as `/v1/decisions/...`, or on a laptop begin with `forum_url`.
    """

    def forum_links(self) -> str:
        """What links into the forum service begin with."""
        return self.forum_public_url.rstrip("/") or (self.forum_url.rstrip("/") if self.embedded else "")
