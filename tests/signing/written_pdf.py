"""PDFs written object by object, also such as no program would write."""


def written_pdf(*bodies: str, mark: str = "") -> bytes:
    """A PDF of ``bodies`` as objects 1, 2, …; the first is the catalogue. ``mark`` tells one from another."""
    content, offsets = f"%PDF-1.7\n%{mark}\n".encode(), []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    count, start = len(bodies) + 1, len(content)
    trailer = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return content + f"xref\n0 {count}\n0000000000 65535 f \n{table}{trailer}".encode()


def one_page(
    *more: str,
    catalogue: str = "",
    pages: str = "/Kids [3 0 R] /Count 1",
    page: str = "",
    resources: str = "",
) -> bytes:
    """A PDF of one empty A4 page (object 3); ``more`` are objects 4, 5, …"""
    return written_pdf(
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>",
        f"<< /Type /Pages {pages} >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << {resources} >> {page} >>",
        *more,
    )
