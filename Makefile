# Yinxin 印信. `make` alone says what there is.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
TESTS ?= tests
PYTEST_WORKERS ?= 2
PYTEST := $(PY) -m pytest -n $(PYTEST_WORKERS) --dist loadgroup
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# $(call say,中文,English): the sentence in the language of YINXIN_LANGUAGE. No comma can stand in it.
say = $(if $(filter en,$(YINXIN_LANGUAGE)),$(2),$(1))
SHOWN := $(PYTHON) requirements/shown
PIP := $(SHOWN) $(PY) -m pip install --disable-pip-version-check --progress-bar off --no-deps --require-hashes

.DEFAULT_GOAL := help
.PHONY: help run demo test test-fast test-slow test-faults check set-up set-up-tests assets chain test-chains node outside verapdf lint types \
  floors contracts docs wheel clean engine go network test-network bench

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: set-up ## set up, run the main job once, leave the site open at http://localhost:8000
	@exec $(PY) -m api.commands run

demo: set-up ## the main job without the site; outputs in var/demo/
	@exec $(PY) -m api.commands demo

test: test-fast test-slow ## every test, the fast lane first

test-fast: set-up-tests outside
	@echo "[test] $(call say,快速测试,the fast lane)"
	@$(PYTEST) -m "not slow and not browser and not network" $(TESTS)

test-slow: set-up-tests test-chains outside verapdf test-fast
	@echo "[test] $(call say,慢速测试,the slow lane)"
	@$(PYTEST) -m "(slow or browser) and not network" $(TESTS) || test $$? = 5

test-faults: set-up-tests test-chains outside ## the faults at full length: 100 kills on each chain, a node away for minutes
	@echo "[test] $(call say,完整的故障测试,the faults at full length)"
	@YINXIN_FAULTS=whole $(PYTEST) tests/fault

network: .venv/.server engine ## four validators of a consortium on this machine, until Ctrl-C
	@exec $(PY) -m network --language $(or $(YINXIN_LANGUAGE),zh) start

test-network: .venv/.dev engine ## the ledger on a consortium of four validators, which are killed and brought back
	@echo "[test] $(call say,联盟链测试,the consortium's network)"
	@$(PY) -m pytest -m network $(if $(filter tests,$(TESTS)),tests/network,$(TESTS))

check: set-up-tests lint types floors contracts docs ## lint, types, import floors, contract artifacts, docs

lint:
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
types:
	@$(PY) -m mypy && $(PY) -m mypy tests
floors:
	@.venv/bin/lint-imports
contracts: chain
	@$(PY) -m ledger.compilation --check
docs:
	@$(PY) -m pytest -q -p no:cacheprovider tests/docs

set-up: node .venv/.server assets chain
set-up-tests: node .venv/.dev assets chain
assets: api/assets/.done
chain: hardhat-local/.done
test-chains: tests/chains/.done

bench: set-up-tests $(if $(filter ledger verify,$(NAME)),tests/bench/peers/.done) ## take the figures of NAME (without it: say which there are)
	@$(PY) -m tests.bench $(NAME) $(if $(QUICK),--quick) $(if $(PAIRS),--pairs $(PAIRS)) $(if $(ROWS),--rows $(ROWS))

# Asked before the minute of set-up begins; what is in place already needs no npm.
node:
	@{ test -e api/assets/.done && test -e hardhat-local/.done; } || command -v npm >/dev/null || { \
	  echo "$(call say,找不到 Node：请安装 Node 20 或更新版本（含 npm），然后重新运行 make。,Node is missing: install Node 20 or newer with npm and run make again.)" >&2; exit 1; }
	@{ test -e api/assets/.done && test -e hardhat-local/.done; } || \
	  node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || { \
	  echo "$(call say,Node 版本过旧：请安装 Node 20 或更新版本，然后重新运行 make。,This Node is too old: install Node 20 or newer and run make again.)" >&2; exit 1; }

# pip is the last thing that venv puts in place: an interrupted one is made anew.
.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "$(call say,找不到 Python：请安装 Python 3.11 或更新版本，然后重新运行 make。,Python is missing: install Python 3.11 or newer and run make again.)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(call say,需要 Python 3.11 或更新版本：请安装，或用 make PYTHON=/path/to/python3.11 指明。,Python 3.11 or newer is needed: install it or name it: make PYTHON=/path/to/python3.11)" >&2; exit 1; }
	@echo "[set-up] $(call say,在 .venv 中建立虚拟环境,a virtual environment in .venv)"
	@$(SHOWN) $(PYTHON) -m venv --clear .venv

.venv/.server: requirements/server.txt | .venv/bin/pip
	@echo "[set-up] $(call say,安装锁定的 Python 组件（首次约一分钟）,the locked Python packages (about a minute the first time))"
	@$(PIP) -r requirements/server.txt
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/bin/pip
	@echo "[set-up] $(call say,安装锁定的 Python 组件与测试工具（首次约一分钟）,the locked Python packages with the test tools (about a minute the first time))"
	@$(PIP) -r requirements/dev.txt
	@touch $@ .venv/.server

api/assets/.done: api/assets/package-lock.json api/assets/manifest.json | node .venv/bin/pip
	@echo "[set-up] $(call say,字体、浏览器组件与人脸模型（逐一核对 SHA-256）,fonts and browser libraries and face models with their SHA-256 checked)"
	@$(SHOWN) $(PY) -m api.assets.build
	@touch $@

hardhat-local/.done: hardhat-local/package-lock.json | node .venv/bin/pip
	@echo "[set-up] $(call say,本地链,the local chain)"
	@$(SHOWN) npm --prefix hardhat-local ci --no-audit --no-fund --loglevel=error
	@touch $@

tests/chains/.done: tests/chains/package-lock.json | node .venv/bin/pip
	@echo "[set-up] $(call say,测试用的第二种链节点,a second kind of chain node for the tests)"
	@$(SHOWN) npm --prefix tests/chains ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

engine: network/geth/bin/geth ## build the consortium's engine (geth 1.13.15), once

go:
	@test -e network/geth/bin/geth || command -v go >/dev/null || { \
	  echo "$(call say,找不到 Go：请安装 Go 1.23 或更新版本，然后重新运行 make。,Go is missing: install Go 1.23 or newer and run make again.)" >&2; exit 1; }

# geth 1.13 reaches into the runtime of older Go releases (checklinkname); go.sum pins every source by hash.
network/geth/bin/geth: network/geth/go.mod network/geth/go.sum | go .venv/bin/pip
	@echo "[set-up] $(call say,由锁定的源码构建联盟链引擎（首次二至六分钟）,the consortium's engine from locked sources (two to six minutes the first time))"
	@cd network/geth && GOFLAGS="-p=2 -trimpath -mod=readonly" $(PYTHON) ../../requirements/shown \
	  nice -n 10 go build -ldflags="-checklinkname=0 -s -w" -o bin/geth github.com/ethereum/go-ethereum/cmd/geth
	@touch $@

# What Maven brings is checked by SHA-256 before it is run.
verapdf: tests/verapdf/.done
tests/verapdf/.done: tests/verapdf/pom.xml tests/verapdf/jars.sha256 | outside .venv/bin/pip
	@echo "[set-up] $(call say,测试用的 PDF/A 检验程序 veraPDF,veraPDF which checks PDF/A for the tests)"
	@rm -rf tests/verapdf/jars
	@cd tests/verapdf && $(PYTHON) ../../requirements/shown mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars \
	  && sha256sum --check --strict --quiet jars.sha256
	@touch $@

tests/bench/peers/.done: tests/bench/peers/package-lock.json | node .venv/bin/pip
	@echo "[set-up] $(call say,供比较的软件包,the packages that the bench runs beside ours)"
	@$(SHOWN) npm --prefix tests/bench/peers ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error
	@touch $@

outside:
	@tests/outside-tools

wheel: .venv/.dev assets ## build dist/yinxin-*.whl with its browser files and fonts inside
	@rm -rf dist && $(PY) -m hatchling build -t wheel

clean: ## remove all that set-up and runs made, var/ included
	rm -rf .venv node_modules hardhat-local/node_modules hardhat-local/.done api/assets/node_modules api/assets/.done \
	  tests/chains/node_modules tests/chains/.done tests/verapdf/jars tests/verapdf/.done tests/bench/peers/node_modules \
	  tests/bench/peers/.done network/geth/bin \
	  api/static/third_party signing/fonts identity/models dist var
