// A node of a cluster, made of the published client of the discovery service. It takes orders as lines of JSON on
// standard input, writes all that it knows as a line of JSON whenever that may have changed, and ends with its input.
package main

import (
	"context"
	"crypto/aes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/siderolabs/discovery-client/pkg/client"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
)

func main() {
	log.SetFlags(0)

	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	options, err := optionsFromFlags()
	if err != nil {
		return err
	}

	node, err := client.NewClient(options)
	if err != nil {
		return err
	}

	logger, err := zap.NewDevelopment()
	if err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	changed := make(chan struct{}, 1)
	group, ctx := errgroup.WithContext(ctx)

	group.Go(func() error { return node.Run(ctx, logger, changed) })
	group.Go(func() error { return report(ctx, node, changed) })
	group.Go(func() error {
		defer cancel()

		return obey(node, os.Stdin)
	})

	return group.Wait()
}

func optionsFromFlags() (client.Options, error) {
	endpoint := flag.String("endpoint", "", "host:port of the discovery service")
	clusterID := flag.String("cluster", "", "id of the cluster")
	affiliateID := flag.String("affiliate", "", "id of this node")
	key := flag.String("key", "", "the cluster's secret, base64")
	ttl := flag.Duration("ttl", time.Minute, "how long what is published lives")
	roots := flag.String("ca", "", "file of the certificates to trust; without it there is no TLS")
	flag.Parse()

	secret, err := base64.StdEncoding.DecodeString(*key)
	if err != nil {
		return client.Options{}, err
	}

	block, err := aes.NewCipher(secret)
	if err != nil {
		return client.Options{}, err
	}

	options := client.Options{
		Cipher:        block,
		Endpoint:      *endpoint,
		ClusterID:     *clusterID,
		AffiliateID:   *affiliateID,
		ClientVersion: "v1.13.0",
		TTL:           *ttl,
		Insecure:      *roots == "",
	}

	if *roots != "" {
		options.TLSConfig, err = trusting(*roots)
	}

	return options, err
}

func trusting(file string) (func() *tls.Config, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}

	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in %s", file)
	}

	return func() *tls.Config { return &tls.Config{RootCAs: pool} }, nil
}
