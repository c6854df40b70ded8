package main

import "github.com/cosi-project/runtime/pkg/controller/runtime"

// registerChain registers so many controllers in a row, 1, 10 or 50: Go wants each pair of types written out.
func registerChain(rt *runtime.Runtime, length int) {
	link[[0]byte, [1]byte](rt)

	if length >= 10 {
		link[[1]byte, [2]byte](rt)
		link[[2]byte, [3]byte](rt)
		link[[3]byte, [4]byte](rt)
		link[[4]byte, [5]byte](rt)
		link[[5]byte, [6]byte](rt)
		link[[6]byte, [7]byte](rt)
		link[[7]byte, [8]byte](rt)
		link[[8]byte, [9]byte](rt)
		link[[9]byte, [10]byte](rt)
	}

	if length >= 50 {
		link[[10]byte, [11]byte](rt)
		link[[11]byte, [12]byte](rt)
		link[[12]byte, [13]byte](rt)
		link[[13]byte, [14]byte](rt)
		link[[14]byte, [15]byte](rt)
		link[[15]byte, [16]byte](rt)
		link[[16]byte, [17]byte](rt)
		link[[17]byte, [18]byte](rt)
		link[[18]byte, [19]byte](rt)
		link[[19]byte, [20]byte](rt)
		link[[20]byte, [21]byte](rt)
		link[[21]byte, [22]byte](rt)
		link[[22]byte, [23]byte](rt)
		link[[23]byte, [24]byte](rt)
		link[[24]byte, [25]byte](rt)
		link[[25]byte, [26]byte](rt)
		link[[26]byte, [27]byte](rt)
		link[[27]byte, [28]byte](rt)
		link[[28]byte, [29]byte](rt)
		link[[29]byte, [30]byte](rt)
		link[[30]byte, [31]byte](rt)
		link[[31]byte, [32]byte](rt)
		link[[32]byte, [33]byte](rt)
		link[[33]byte, [34]byte](rt)
		link[[34]byte, [35]byte](rt)
		link[[35]byte, [36]byte](rt)
		link[[36]byte, [37]byte](rt)
		link[[37]byte, [38]byte](rt)
		link[[38]byte, [39]byte](rt)
		link[[39]byte, [40]byte](rt)
		link[[40]byte, [41]byte](rt)
		link[[41]byte, [42]byte](rt)
		link[[42]byte, [43]byte](rt)
		link[[43]byte, [44]byte](rt)
		link[[44]byte, [45]byte](rt)
		link[[45]byte, [46]byte](rt)
		link[[46]byte, [47]byte](rt)
		link[[47]byte, [48]byte](rt)
		link[[48]byte, [49]byte](rt)
		link[[49]byte, [50]byte](rt)
	}
}
