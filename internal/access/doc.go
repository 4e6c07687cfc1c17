// Package access knows who somebody is and what they may do: staff accounts with a role in an area, sessions, household
// cards with their PIN, and the one table of permissions with its separation of duties.
//
// What it promises: a password, PIN or token is stored only as a hash; whoever tries passwords learns nothing about
// which accounts exist, and is slowed down; nobody gives a role above their own or outside of their area; a session
// ends with the password it was opened by; every change leaves an audit line.
package access
