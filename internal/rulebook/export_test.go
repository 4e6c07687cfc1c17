package rulebook

import "qunyan/internal/rulebook/ruletable"

// FaultsOfJSON is what is wrong with the lines of a JSON file.
func FaultsOfJSON(content []byte) []ruletable.Fault {
	file, err := parseJSON(content)
	if err != nil {
		return nil
	}
	for _, line := range file.lines {
		if _, fault := line.rule(520524, Ruleset{}); fault != nil {
			file.Add(*fault)
		}
	}
	return file.Faults
}
