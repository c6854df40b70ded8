package main

import (
	"fmt"
	"net"
	"os"

	"github.com/cosi-project/runtime/api/v1alpha1"
	"github.com/cosi-project/runtime/pkg/resource/protobuf"
	"github.com/cosi-project/runtime/pkg/state/protobuf/server"
	"google.golang.org/grpc"
)

// apiCommands are for what needs two processes: a server, and somebody who asks it.
var apiCommands = map[string]func(args []string){
	"serve": serve,
	"drive": drive,
}

// serve serves an empty state: `serve typed|untyped SOCKET`. A typed one decodes what is written and encodes what is read.
func serve(args []string) {
	if args[0] == "typed" {
		registerMember()
	}

	listener, err := net.Listen("unix", args[1])
	must(err)

	srv := grpc.NewServer()
	v1alpha1.RegisterStateServer(srv, server.NewState(newState()))
	fmt.Fprintln(os.Stderr, "serving")
	must(srv.Serve(listener))
}

func registerMember() {
	must(protobuf.RegisterDynamic[memberSpec](memberType, &member{}))
}
