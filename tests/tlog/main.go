// Command tlog mirrors a log as a stranger does: with the tree and note packages of Go's own checksum database,
// which know nothing of this project.
//
//	tlog PREFIX VKEY
//
// It opens the signed checkpoint, reads every leaf through tiles that it authenticates up to the signed root, and
// compares each with the entry in the bundles. It prints size and root, or fails with the first thing that is wrong.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // levels in a tile of C2SP tlog-tiles

type site string

func (prefix site) get(path string) ([]byte, error) {
	answer, err := http.Get(string(prefix) + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

func (prefix site) Height() int { return height }

func (prefix site) SaveTiles([]tlog.Tile, [][]byte) {}

func (prefix site) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// The checksum database writes tile/<height>/<level>/…, tlog-tiles tile/<level>/….
		data, err := prefix.get("tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (prefix site) checkpoint(vkey string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	signed, err := prefix.get("checkpoint")
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		return tree, fmt.Errorf("a checkpoint of %s", lines[0])
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	copy(tree.Hash[:], root)
	return tree, err
}

func (prefix site) entries(bundle tlog.Tile) (entries [][]byte, err error) {
	bundle.L = -1 // how the checksum database names what lies below level 0: tile/<height>/data/…
	path := strings.TrimPrefix(bundle.Path(), fmt.Sprintf("tile/%d/data/", height))
	data, err := prefix.get("tile/entries/" + path)
	for err == nil && len(data) > 0 {
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	return entries, err
}

func mirror(prefix site, vkey string) (tree tlog.Tree, err error) {
	if tree, err = prefix.checkpoint(vkey); err != nil {
		return tree, err
	}
	authenticated := tlog.TileHashReader(tree, prefix)
	for _, tile := range tlog.NewTiles(height, 0, tree.N) {
		if tile.L != 0 {
			continue
		}
		entries, err := prefix.entries(tile)
		if err != nil {
			return tree, err
		}
		if len(entries) != tile.W {
			return tree, fmt.Errorf("bundle %d holds %d entries, not %d", tile.N, len(entries), tile.W)
		}
		wanted := make([]int64, len(entries))
		for offset := range entries {
			wanted[offset] = tlog.StoredHashIndex(0, tile.N<<height+int64(offset))
		}
		leaves, err := authenticated.ReadHashes(wanted)
		if err != nil {
			return tree, err
		}
		for offset, entry := range entries {
			if leaves[offset] != tlog.RecordHash(entry) {
				return tree, fmt.Errorf("entry %d is not that of the tree", tile.N<<height+int64(offset))
			}
		}
	}
	return tree, nil
}

func main() {
	log.SetFlags(0)
	tree, err := mirror(site(os.Args[1]), os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tree.N, tree.Hash)
}
