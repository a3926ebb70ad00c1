# sqlcipher3 keeps the interface of the standard sqlite3 module, so its types are those of typeshed.
from sqlite3.dbapi2 import *
