// Command oracle puts proofs to the Merkle library of Go's transparency logs, which knows nothing of this project.
//
// It reads one question a line and answers each with a line, "yes" or "no":
//
//	inclusion INDEX SIZE LEAF ROOT [HASH,...]
//	consistency OLD_SIZE NEW_SIZE OLD_ROOT NEW_ROOT [HASH,...]
//
// Sizes are decimal, hashes hexadecimal.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

func number(text string) uint64 {
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func octets(text string) []byte {
	value, err := hex.DecodeString(text)
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func check(question []string) error {
	var path [][]byte
	if len(question) == 6 {
		for _, each := range strings.Split(question[5], ",") {
			path = append(path, octets(each))
		}
	}
	first, second := number(question[1]), number(question[2])
	one, other := octets(question[3]), octets(question[4])
	if question[0] == "inclusion" {
		return proof.VerifyInclusion(rfc6962.DefaultHasher, first, second, one, path, other)
	}
	return proof.VerifyConsistency(rfc6962.DefaultHasher, first, second, path, one, other)
}

func main() {
	log.SetFlags(0)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	answers := bufio.NewWriter(os.Stdout)
	defer answers.Flush()
	for lines.Scan() {
		answer := "yes"
		if check(strings.Fields(lines.Text())) != nil {
			answer = "no"
		}
		fmt.Fprintln(answers, answer)
	}
}
