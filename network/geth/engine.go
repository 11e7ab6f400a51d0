//go:build engine

// Package geth names the engine of the consortium's network, so that go.mod and go.sum lock it by hash.
package geth

import _ "github.com/ethereum/go-ethereum/cmd/geth"
