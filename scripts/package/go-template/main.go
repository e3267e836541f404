// Renders a chart's templates with Go's own template engine, which is Helm's, and with the few functions of Helm that the
// charts of this project use. Reads one JSON object from standard input, writes what comes out of each file as JSON.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"text/template"
)

type files map[string][]byte

// Get is the text of a file; empty when there is none, as with Helm.
func (f files) Get(name string) string { return string(f[name]) }

// Glob is those files whose whole path fits.
func (f files) Glob(pattern string) files {
	found := files{}
	for name, content := range f {
		if ok, _ := path.Match(pattern, name); ok {
			found[name] = content
		}
	}
	return found
}

type input struct {
	Templates map[string]string
	Files     files
	Values    map[string]interface{}
	Chart     map[string]interface{}
	Release   map[string]interface{}
	// Objects of the cluster, by "apiVersion/kind/namespace/name".
	Cluster map[string]map[string]interface{}
}

func indent(n int, text string) string {
	return "\n" + strings.Repeat(" ", n) + strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", n))
}

func text(value interface{}) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	default:
		return fmt.Sprintf("%v", v)
	}
}

func render(in input) (map[string]string, error) {
	set := template.New("chart").Option("missingkey=zero")
	set.Funcs(template.FuncMap{
		"include": func(name string, data interface{}) (string, error) {
			var out bytes.Buffer
			err := set.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		// JSON is YAML, on one line.
		"toYaml": func(value interface{}) (string, error) {
			out, err := json.Marshal(value)
			return string(out), err
		},
		"nindent":  indent,
		"quote":    func(value interface{}) string { return fmt.Sprintf("%q", text(value)) },
		"b64enc":   func(value string) string { return base64.StdEncoding.EncodeToString([]byte(value)) },
		"toString": text,
		"base":     path.Base,
		"first":    func(list []interface{}) interface{} { return list[0] },
		"fail":     func(message string) (string, error) { return "", errors.New(message) },
		"required": func(message string, value interface{}) (interface{}, error) {
			if text(value) == "" {
				return nil, errors.New(message)
			}
			return value, nil
		},
		"lookup": func(apiVersion, kind, namespace, name string) map[string]interface{} {
			if found, ok := in.Cluster[strings.Join([]string{apiVersion, kind, namespace, name}, "/")]; ok {
				return found
			}
			return map[string]interface{}{}
		},
	})
	for name, source := range in.Templates {
		if _, err := set.New(name).Parse(source); err != nil {
			return nil, err
		}
	}
	rendered := map[string]string{}
	data := map[string]interface{}{"Values": in.Values, "Chart": in.Chart, "Release": in.Release, "Files": in.Files}
	for name := range in.Templates {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		var out bytes.Buffer
		if err := set.ExecuteTemplate(&out, name, data); err != nil {
			return nil, err
		}
		// Helm does the same with values that are not there.
		rendered[name] = strings.ReplaceAll(out.String(), "<no value>", "")
	}
	return rendered, nil
}

func main() {
	var in input
	err := json.NewDecoder(os.Stdin).Decode(&in)
	if err == nil {
		var rendered map[string]string
		if rendered, err = render(in); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(rendered)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
