package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// wire is one client's connection. It writes requests by hand, because net/http's client costs as much processor time as
// the server's side of a request does, and in life the clients are other machines.
type wire struct {
	conn   net.Conn
	read   *bufio.Reader
	cookie string
	csrf   string
	text   []byte // of the request, reused
}

func dial(ctx context.Context, addr string) (*wire, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &wire{conn: conn, read: bufio.NewReader(conn)}, nil
}

// post sends one request and reads the JSON of its answer. A session's cookie is kept for what follows.
func (w *wire) post(path, key string, body, answer any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w.text = fmt.Appendf(w.text[:0], "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", path, len(content))
	if w.csrf != "" {
		w.text = fmt.Appendf(w.text, "Cookie: %s\r\nX-CSRF-Token: %s\r\nIdempotency-Key: %s\r\n", w.cookie, w.csrf, key)
	}
	w.text = append(append(w.text, "\r\n"...), content...)
	if _, err := w.conn.Write(w.text); err != nil {
		return err
	}
	res, err := http.ReadResponse(w.read, nil)
	if err != nil {
		return err
	}
	content, err = io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s answered %d: %s", path, res.StatusCode, content)
	}
	if cookie, _, _ := strings.Cut(res.Header.Get("Set-Cookie"), ";"); cookie != "" {
		w.cookie = cookie
	}
	return json.Unmarshal(content, answer)
}
