"""Tables of places must not name people: columns and values that look like personal data are refused.

A refusal says where, and never repeats what it found.
"""

import re

from model.own.columns import plain

HEADS = (
    "姓名", "身份证", "证件号", "护照", "电话", "手机", "联系方式", "联系人", "住址", "地址", "门牌",
    "出生日期", "生日", "微信", "银行卡", "邮箱", "监护人", "户主", "家长", "父亲", "母亲", "户口本",
    "name of child", "name of worker", "name of person", "full name", "first name", "last name", "surname",
    "given name", "person", "child name", "worker name", "id number", "id card", "identity", "passport",
    "phone", "mobile", "telephone", "address", "date of birth", "birthday", "birth date", "email", "e-mail",
    "wechat", "bank", "guardian", "head of household", "contact",
)  # fmt: skip
"""What stands in the heads of columns about people."""
EXACT_HEADS = ("name", "names", "名字", "id", "tel", "dob")

IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9A-Za-z])"
)
OLD_IDENTITY = re.compile(r"(?<!\d)[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
LANDLINE = re.compile(r"(?<!\d)\(?0\d{2,3}\)?[- ]\d{7,8}(?!\d)")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
VALUES = (IDENTITY, OLD_IDENTITY, MOBILE, LANDLINE, EMAIL)


def is_personal_head(head: object) -> bool:
    """True for the head of a column that is about people."""
    name = plain(head)
    return name in EXACT_HEADS or any(word in name for word in HEADS)


def is_personal_value(cell: object) -> bool:
    """True for a number of a person's document or telephone, or an e-mail address."""
    if isinstance(cell, bool) or cell is None:
        return False
    if isinstance(cell, float):
        if not cell.is_integer():
            return False
        cell = int(cell)
    return any(pattern.search(str(cell)) for pattern in VALUES)
