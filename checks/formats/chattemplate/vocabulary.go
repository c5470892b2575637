package chattemplate

import "strings"

// words makes a set.
func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// What ordinary templates use.
var (
	tags      = words("for if set macro call filter generation break continue raw")
	functions = words("namespace range raise_exception strftime_now caller")
	methods   = words(`startswith endswith split rsplit splitlines strip lstrip rstrip upper lower
		title capitalize replace items keys values get append pop update count index find isdigit join`)
	filters = words(`tojson trim length count list join map selectattr rejectattr select reject string
		int float bool default d first last upper lower title capitalize replace indent items safe sum
		unique dictsort sort groupby round abs min max escape e from_json`)
)

// leaving are objects of an engine, or of the web frameworks that offer one, whose
// attributes lead to Python's modules.
var leaving = words("cycler joiner lipsum self request config url_for get_flashed_messages session g app")

// engine are those of them that the engine itself gives every template. The others are
// ordinary names of variables until an attribute is taken.
var engine = words("cycler joiner lipsum self url_for get_flashed_messages")

// inner are attributes of Python's functions, frames and generators without underscores.
var inner = words(`mro func_globals func_code func_closure func_defaults gi_frame gi_code cr_frame
	cr_code f_globals f_locals f_builtins tb_frame im_func im_self im_class subclasses`)

// forbidden tells whether a name is one that leads from an object to its class.
func forbidden(name string) bool { return strings.HasPrefix(name, "_") || inner[name] }
