"""Three articles to test with."""

from index.articles import Article


def article(id: str, title: str, body: str, category: str | None = None) -> Article:
    return Article(id=id, source="help", title=title, body=body, category=category)


PASSWORD = article(
    "password",
    "Reset your password",
    "Open the sign-in page and press Forgot password.\n\n## If no message arrives\n\nLook into the spam folder.",
    category="account",
)
INVOICE = article(
    "invoice",
    "Download an invoice",
    "Invoices stand under Settings, Billing.\n\n## Change the billing address\n\nWrite the new address there.",
    category="billing",
)
CAMERA = article("camera", "The camera shows a black picture", "Let the browser use the camera.", category="video")
