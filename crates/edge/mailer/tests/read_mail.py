"""Reads a mail with Python's own parser and prints what it finds, a line a fact."""

import email
import email.policy
import sys

with open(sys.argv[1], "rb") as file:
    mail = email.message_from_binary_file(file, policy=email.policy.default)
for name in ["Subject", "From", "Reply-To", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"]:
    print(f"{name}: {mail[name]}")
for part in mail.walk():
    method = part.get_param("method")
    print(f"part {part.get_content_type()} method={method} charset={part.get_content_charset()} file={part.get_filename()}")
    if part.defects:
        print(f"defects {part.defects}")
    if not part.is_multipart():
        for line in part.get_payload(decode=True).decode("utf-8").splitlines():
            print(f"  {line}")
