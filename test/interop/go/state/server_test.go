// Package state tests a state server with the libraries that programs in Go use. Where it is, the environment says.
package state

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cosi-project/runtime/api/v1alpha1"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/cosi-project/runtime/pkg/state/protobuf/client"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zaptest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// The environment.
const (
	// Target of the state server under test.
	serverVariable = "COSI_STATE"
	// Directory of certificates that the server and its admin have, as cosi makes them; plaintext without.
	certificatesVariable = "COSI_CERTIFICATES"
	// Target of another listener of the same state, which is never stopped.
	backstageVariable = "COSI_BACKSTAGE"
	// Address at which the server takes orders: POST /stop, /start, /empty.
	controlVariable = "COSI_CONTROL"
	// Types, with commas between them, whose specs the library is known to write in another way.
	differentVariable = "COSI_DIFFERENT"
)

// connect gives the state behind the target that a variable names.
func connect(t *testing.T, variable string, options ...client.AdapterOption) state.State {
	t.Helper()

	options = append([]client.AdapterOption{client.WithRetryLogger(zaptest.NewLogger(t))}, options...)

	return state.WrapCore(client.NewAdapter(v1alpha1.NewStateClient(dial(t, variable)), options...))
}

func dial(t *testing.T, variable string) *grpc.ClientConn {
	t.Helper()

	connection, err := grpc.NewClient(
		need(t, variable),
		grpc.WithTransportCredentials(adminCredentials(t)),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(32<<20)),
	)
	require.NoError(t, err)

	t.Cleanup(func() { require.NoError(t, connection.Close()) })

	return connection
}

func adminCredentials(t *testing.T) credentials.TransportCredentials {
	t.Helper()

	directory := os.Getenv(certificatesVariable)
	if directory == "" {
		return insecure.NewCredentials()
	}

	admin, err := tls.LoadX509KeyPair(filepath.Join(directory, "admin.crt"), filepath.Join(directory, "admin.key"))
	require.NoError(t, err)

	authority, err := os.ReadFile(filepath.Join(directory, "ca.crt"))
	require.NoError(t, err)

	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(authority))

	return credentials.NewTLS(&tls.Config{RootCAs: roots, Certificates: []tls.Certificate{admin}})
}

// order tells the server what to do, and returns when it is done.
func order(t *testing.T, what string) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, need(t, controlVariable)+"/"+what, nil)
	require.NoError(t, err)

	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)

	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode, string(text))
}

func need(t *testing.T, variable string) string {
	t.Helper()

	value := os.Getenv(variable)
	if value == "" {
		t.Skipf("%s is not set", variable)
	}

	return value
}

func limited(t *testing.T) context.Context {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)

	return ctx
}
