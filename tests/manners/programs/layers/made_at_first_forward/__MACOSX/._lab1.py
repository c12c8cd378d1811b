Mac OS X        2        ATTR not Python at all
