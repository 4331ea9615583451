// A web app that says hello, and what it was linked with.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/greeting"
)

// Set by the linker: GO_LINKER_SYMBOL=main.release, GO_LINKER_VALUE=anything.
var release = "none"

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, greeting.Text("Go"))
		fmt.Fprintln(w, "release:", release)
	})
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
