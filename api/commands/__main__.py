"""``python -m api.commands`` is the same as ``yinxin``."""

import sys

from api.commands import main

sys.exit(main())
