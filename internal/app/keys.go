package app

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Keys are the installation's secrets, each derived from one file.
type Keys struct {
	Access    []byte // PINs, phone codes
	IDNumbers []byte // keyed hashes of identity numbers
	Intents   []byte // keyed hashes of requests
	Lots      []byte // which claims are reviewed twice
	Offline   []byte // signs what tills may hand out offline, and opens what they send back
	Mark      string // tells this installation's key from another; gives nothing of it away
}

// keyFile is kept beside the data, readable by its owner alone. A backup of the database without it cannot check PINs
// or match identity numbers; docs/operations.md says to keep both, apart.
const keyFile = "secret.key"

const (
	keySize  = 32
	markSize = 8
)

// LoadKeys reads the key file of a data folder and makes it at the first start.
func LoadKeys(dir string) (Keys, error) {
	name := filepath.Join(dir, keyFile)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKeys(dir, name)
	}
	if err != nil {
		return Keys{}, fmt.Errorf("key file: %w", err)
	}
	keys, err := keysOf(text)
	if err != nil {
		return Keys{}, fmt.Errorf("key file %s: %w", name, err)
	}
	return keys, nil
}

// keysOf reads the text of a key file.
func keysOf(text []byte) (Keys, error) {
	master, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(master) != keySize {
		return Keys{}, errors.New("it does not hold a key; put the right one back from the backup")
	}
	return KeysFrom(master)
}

func makeKeys(dir, name string) (Keys, error) {
	master := make([]byte, keySize)
	_, _ = rand.Read(master) // never fails
	if err := makeSecretFile(name, hex.EncodeToString(master)); err != nil {
		return Keys{}, fmt.Errorf("key file: %w", err)
	}
	return LoadKeys(dir)
}

// makeSecretFile puts a line into a file that only its owner may read, and makes its folder. The name appears with the
// whole line in it, and only once: of two processes that start together one makes the file and the other finds it.
func makeSecretFile(name, line string) error {
	dir, base := filepath.Split(name)
	if err := os.MkdirAll(filepath.Clean(dir), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Clean(dir), base+".new-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), name)
	}
	return errors.Join(ignoreExists(err), os.Remove(f.Name()))
}

func ignoreExists(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// KeysFrom derives the keys from a master key of 32 bytes.
func KeysFrom(master []byte) (Keys, error) {
	var k Keys
	for _, one := range []struct {
		key  *[]byte
		name string
	}{{&k.Access, "access"}, {&k.IDNumbers, "id-numbers"}, {&k.Intents, "intents"}, {&k.Lots, "lots"}, {&k.Offline, "offline"}} {
		var err error
		if *one.key, err = hkdf.Key(sha256.New, master, nil, "qunyan "+one.name, keySize); err != nil {
			return Keys{}, err
		}
	}
	mark, err := hkdf.Key(sha256.New, master, nil, "qunyan mark", markSize)
	k.Mark = hex.EncodeToString(mark)
	return k, err
}

// KeyMark is the mark of a data folder's key, or "" if it has none yet. Unlike LoadKeys it makes nothing.
func KeyMark(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("key file: %w", err)
	}
	return markOf(text)
}

func markOf(text []byte) (string, error) {
	keys, err := keysOf(text)
	return keys.Mark, err
}
