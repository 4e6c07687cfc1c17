// Package app puts the product together: its configuration, the keys beside the data, the services, the HTTP server, and
// the jobs that tidy up. Only this package and cmd read the environment.
package app
