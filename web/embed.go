// Package web carries the built front end inside the binary.
//
// The five surfaces (resident, counter, console, board, proof) are built by `npm run build` into dist/.
// A clone that never ran Node still compiles, because dist/.gitkeep is tracked; the server then
// answers page requests with a sentence saying that the pages were not built.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist returns the built files: `<surface>/index.html` and `assets/<name>-<hash>.<ext>`.
// Files under assets/ never change their content, so they may be cached for ever;
// the index.html files name them and must be revalidated.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		// Impossible: the directive above guarantees the folder.
		panic(err)
	}
	return sub
}
