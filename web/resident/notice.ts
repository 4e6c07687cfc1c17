/** Lines under the group they belong to, both in the order of the posted list. */
export function inGroups<L extends { group_name: string }>(lines: readonly L[]): { name: string; lines: L[] }[] {
  const groups: { name: string; lines: L[] }[] = []
  for (const line of lines) {
    const group = groups.find((g) => g.name === line.group_name)
    if (group) group.lines.push(line)
    else groups.push({ name: line.group_name, lines: [line] })
  }
  return groups
}
