"""A consortium's network: geth with Clique, one validator an organization.

The engine is public software, built from the hashes of ``network/geth/go.sum``. On one machine four
validators play the consortium; ``network/operator`` holds what one organization needs for its own.

    python -m network start          # four validators, RPC addresses printed, Ctrl-C stops them
    python -m network genesis ...    # the first block of a consortium, from its validators' addresses
"""
