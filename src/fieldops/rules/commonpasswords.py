"""Words and rows of keys that people take for passwords: whoever guesses tries them first.

They are compared folded (NFKC, lower case) and as parts: a password of which little is left without
them is no better than the word alone.  Small on purpose: with 15 characters asked for (``nist``) or
three classes (``cn-mlps``) most of any longer list can no longer be chosen anyway.
"""

_WORDS = """
access admin administrator asdf asdfgh asdfghjkl asdfghjklzxcvbnm azerty baseball batman
changeme charlie cheese computer default dragon fieldops flower football freedom guest hello
iloveyou inspection inspector killer letmein login london love loveme manager master michael mima
monkey monday mustang ninja nihao passw0rd p@ssw0rd p@ssword pa$$w0rd passwd password pass princess
property qazwsx qazwsxedc qwer qwert qwerty qwertyui qwertyuiop qwertyuiopasdfghjkl root secret
server service shadow starwars summer sunday sunshine superman supervisor temp temporary test
tester testing trustno1 user welcome whatever winter woaini woaiwojia wuye zaq12wsx zhongguo
zxcv zxcvb zxcvbn zxcvbnm 1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz 1qaz2wsx 2wsx 3edc 4rfv a1b2c3
aa123456 abc123 abcd1234 1314520 5201314 7758521 密码 管理员 巡检 物业 我爱你 你好 中国
"""
WORDS = frozenset(_WORDS.split())
"""The commonest passwords of the world and of China, and the words of this trade."""

ROWS = (
    "0123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "!@#$%^&*()_+",
)
"""Rows in which the next key follows by itself, forwards and backwards."""
