// Package greeting is the library that the sample depends on.
package greeting

import "runtime"

// Text greets and says which Go compiled the program.
func Text(name string) string {
	return "Hello from " + name + " on " + runtime.Version()
}
