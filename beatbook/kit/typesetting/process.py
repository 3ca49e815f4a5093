"""A process that makes one PDF: a template by its path, data on standard input, the file on standard output, then gone.

What it sets is text that anyone wrote, so it has little memory, little time and nobody else's data. It imports
nothing of the rest, to start at once.
"""

import json
import resource
import sys
from pathlib import Path

import typst

FONTS = Path(__file__).parent / "fonts"
MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20


def main(template: Path) -> None:
    """Set the type; as PDF/UA-1 where the fonts have every character, else tagged without that promise."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    data = json.loads(sys.stdin.buffer.read())
    compiler = typst.Compiler(
        template,
        root=template.parent,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
    )
    try:
        made = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=data["timestamp"])
    except typst.TypstError:
        made = compiler.compile(format="pdf", timestamp=data["timestamp"])
    assert isinstance(made, bytes)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
